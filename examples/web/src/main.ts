import { SignInUnavailable } from "todo-api-client";
import { drawAdd } from "./add";
import { follow } from "./alarm";
import { answerOf, api } from "./api";
import { forgetUser, remembered, signedInUser, signOut, whenAnother } from "./auth-client";
import { drawBulkBar } from "./bulk-bar";
import "./calendar";
import { isReachable, tellWaiting, waitToRetry } from "./connection";
import { drawCover, openSidebar } from "./cover";
import { zone } from "./dates";
import { commit, drawDetails } from "./details";
import { byId } from "./dom";
import "./keyboard";
import { fallSilent, listen } from "./live";
import { followLog, moreOfLog } from "./logbook";
import { Database } from "./database";
import { unlessPressed } from "./pressed";
import { forgetRefused } from "./refused";
import { selection } from "./selection";
import { drawSidebar } from "./sidebar";
import { sayAtSignIn, showSignIn } from "./sign-in";
import { store } from "./store";
import "./tabs";
import { hideToast, showToast } from "./toast";
import { drawTodos } from "./todo-list";
import "./transfer";
import type { View } from "./views";

const SEARCH_PAUSE_MS = 250;

let searchTimer = 0;

async function start(): Promise<void> {
  const known = remembered();
  const user = await persistentlyAskForUser();
  if (!user) return known ? endSession(known.id) : showSignIn(() => void start());
  document.title = "Todos";
  byId("who").textContent = user.name;
  byId("app").hidden = false;
  await store.enter(user.id);
  listen();
  await store.guarded(keepZone);
}

/** Which day is today, and so which one comes next, is the API's to say. Until it is told where, it goes by UTC. */
async function keepZone(): Promise<void> {
  const { time_zone } = await answerOf(api.GET("/api/v1/me"));
  if (time_zone !== "UTC" || zone() === time_zone) return;
  await answerOf(api.PATCH("/api/v1/me", { body: { time_zone: zone() } }));
  await store.poll();
}

/** An outage must not look like being signed out. */
async function persistentlyAskForUser(): ReturnType<typeof signedInUser> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const user = await signedInUser();
      isReachable();
      return user;
    } catch (error) {
      if (!(error instanceof SignInUnavailable)) throw error;
      await waitToRetry(undefined, attempt);
    }
  }
}

/** A session that ends by itself takes no changes along: they are kept, unseen, until the same person is back. */
async function endSession(owner = store.owner): Promise<void> {
  leave("Your session has ended. Sign in again.");
  const waiting = owner ? await Database.retire(owner) : 0;
  if (waiting) sayAtSignIn(`Your session has ended. Sign in again to send ${waiting === 1 ? "the change that waits" : `the ${waiting} changes that wait`}.`);
}

function leave(message: string): void {
  fallSilent();
  store.forget();
  forgetUser();
  forgetRefused();
  selection.clear();
  byId<HTMLInputElement>("search").value = "";
  openSidebar(false);
  hideToast();
  byId("announcements").textContent = "";
  byId("choices").replaceChildren();
  draw();
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  showSignIn(() => void start(), message);
}

function draw(): void {
  drawSidebar();
  drawAdd();
  drawTodos();
  drawDetails();
  drawBulkBar();
  drawCover();
  tellWaiting(store.waiting);
  byId("todos").ariaBusy = String(store.isBusy);
}

store.changed = () => {
  unlessPressed(draw);
  follow(store.summary?.version);
  followLog(store.summary?.version);
};
selection.changed = () => unlessPressed(draw);
store.signedOut = () => void endSession();
store.tell = (message) => showToast(message);

byId("sign-out").addEventListener("click", async () => {
  commit();
  if (store.hasUnsent && !window.confirm("Some changes have not been sent yet and would be lost. Sign out?")) return;
  const { owner } = store;
  if (await signOut()) {
    leave("");
    await Database.erase(owner);
  } else showToast("Signing out needs the network. You are still signed in.");
});
byId<HTMLInputElement>("search").addEventListener("input", (event) => {
  const search = (event.target as HTMLInputElement).value.trim();
  clearTimeout(searchTimer);
  searchTimer = window.setTimeout(() => void store.show({ ...store.view, search }), SEARCH_PAUSE_MS);
});
byId<HTMLSelectElement>("ordering").addEventListener("change", (event) => {
  const ordering = (event.target as HTMLSelectElement).value as View["ordering"];
  void store.show({ ...store.view, ordering });
});
byId<HTMLSelectElement>("priority").addEventListener("change", (event) => {
  void store.show({ ...store.view, priority: Number((event.target as HTMLSelectElement).value) });
});
byId("more").addEventListener("click", () => void Promise.all([store.loadMore(), moreOfLog()]));
window.addEventListener("beforeunload", (event) => {
  commit();
  if (store.hasUnstored) event.preventDefault();
});

whenAnother(() => location.reload());
if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/service-worker.js");
void start();
