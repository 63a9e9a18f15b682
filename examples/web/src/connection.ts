import { byId, element } from "./dom";

const LONGEST_WAIT_SECONDS = 30;

let wake: (() => void) | undefined;
let state: "offline" | "busy" | "down" = "offline";
let waiting = 0;
let away: () => void = () => {};

/** What is done when the network, or the service, has gone. */
export function whenAway(act: () => void): void {
  away = act;
}

export function isAway(): boolean {
  return !navigator.onLine || !byId("connection").hidden;
}

export function isReachable(): void {
  byId("connection").hidden = true;
}

/** Waits as long as the answer asks, or longer after every failure, and says so; `online` or a click ends the wait. */
export async function waitToRetry(response: Response | undefined, attempt: number, signal?: AbortSignal): Promise<void> {
  const asked = Number(response?.headers.get("Retry-After"));
  const seconds = Math.min(asked || 2 ** attempt, LONGEST_WAIT_SECONDS);
  const wasAway = !byId("connection").hidden;
  show(response);
  if (!wasAway) away();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    const previous = wake;
    wake = () => {
      previous?.();
      clearTimeout(timer);
      resolve();
    };
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}

/** Says how much waits, as it becomes more. */
export function tellWaiting(count: number): void {
  if (count === waiting) return;
  waiting = count;
  if (!byId("connection").hidden) draw();
}

function show(response: Response | undefined): void {
  state = !navigator.onLine ? "offline" : response?.status === 429 ? "busy" : "down";
  draw();
}

function draw(): void {
  const banner = byId("connection");
  const changes = waiting === 1 ? "1 change waits" : `${waiting} changes wait`;
  const message = {
    offline: `You are offline. ${waiting ? `${changes} for the network.` : "You see what was here last; changes are kept and sent when you are back."}`,
    busy: `The service asks for a pause. ${waiting ? `${changes} for it.` : "It is asked again in a moment."}`,
    down: `The service can't answer just now. ${waiting ? `${changes} for it;` : "You see what was here last;"} trying again by itself.`,
  }[state];
  if (!banner.hidden && banner.dataset.drawn === message) return;
  banner.dataset.drawn = message;
  const retry = element("button", { type: "button", class: "link" }, "Try now");
  retry.addEventListener("click", () => wake?.());
  banner.replaceChildren(element("span", {}, message), ...(state === "offline" ? [] : [retry]));
  banner.hidden = false;
}

window.addEventListener("online", () => wake?.());
window.addEventListener("offline", () => {
  show(undefined);
  away();
});
