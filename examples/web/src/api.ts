import { createTodoClient, type ListEdit, type Retry, type TodoEdit, type TodoRow, type ViewEdit, type ViewInput, type Todo as Whole } from "todo-api-client";
import { getToken } from "./auth-client";
import { isReachable, waitToRetry } from "./connection";

export { answerOf, Problem } from "todo-api-client";
export type { CalendarAddress, Changes, ComingReminder, Completion, EditResult, ListEdit, LoggedCompletion } from "todo-api-client";
export type { Occurrences, Push, Summary, Tag, TodoEdit, TodoList as List, ViewEdit } from "todo-api-client";
export type { TodoInput as NewTodo, TodoPatch as TodoChange } from "todo-api-client";
/** A view that somebody has saved; `View` in views.ts is what the page shows. */
export type { View as SavedView } from "todo-api-client";
export type SavedQuery = ViewInput["query"];
/** A todo as lists answer it, or as changes do, which know nothing of its subtasks. */
export type Todo = Whole &
  Partial<Pick<TodoRow, "subtasks" | "has_notes">> & {
    /** On its way to its next day, which the server has not named yet. */
    isGoingOn?: boolean;
  };
export type Reminder = Todo["reminders"][number];
export type Edit = TodoEdit | ListEdit | ViewEdit;

const CONFLICT = 409;

/** Until the service has answered. Sending changes twice is safe: they carry a key of their own. */
const persistently: Retry = async ({ request, response, attempt }) => {
  // A stream that is refused is left to whoever asked for it.
  if (response?.status === CONFLICT || request.url.endsWith("/live")) return false;
  await waitToRetry(response, attempt, request.signal);
  return true;
};

export const api = createTodoClient({
  baseUrl: import.meta.env.VITE_API_URL ?? "http://localhost:8000",
  getToken,
  retry: persistently,
});
export const { endSession } = api;
api.use({
  onResponse: ({ response }) => {
    if (response.status !== 503 && response.status !== 429) isReachable();
  },
});
