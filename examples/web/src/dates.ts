const DAY_MS = 86_400_000;

/** The day as the calendar of this browser has it: 2026-11-22. */
export function today(): string {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

export function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** "Today", "Tomorrow", "Fri 27 Nov" and perhaps a time. */
export function dueWords(date: string, time?: string | null): string {
  const days = Math.round((Date.parse(date) - Date.parse(today())) / DAY_MS);
  const near = { "-1": "Yesterday", "0": "Today", "1": "Tomorrow" }[String(days)];
  const isThisYear = date.slice(0, 4) === today().slice(0, 4);
  // A date without a time is read as midnight UTC, so it is shown in UTC as well.
  const words = new Intl.DateTimeFormat(undefined, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: isThisYear ? undefined : "numeric",
    timeZone: "UTC",
  });
  return (near ?? words.format(Date.parse(date))) + (time ? `, ${time.slice(0, 5)}` : "");
}

export function dueState(date: string): "overdue" | "today" | "later" {
  if (date < today()) return "overdue";
  return date === today() ? "today" : "later";
}
