import { byId, element } from "./dom";

const LONGEST_WAIT_SECONDS = 30;

let wake: (() => void) | undefined;
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

function show(response: Response | undefined): void {
  const [state, message] = !navigator.onLine
    ? ["offline", "You are offline. Changes are kept here and sent when you are back."]
    : response?.status === 429
      ? ["busy", "The service asks for a pause. Your changes are kept and sent in a moment."]
      : ["down", "The service can't answer just now. Your changes are kept; trying again by itself."];
  const banner = byId("connection");
  if (!banner.hidden && banner.dataset.state === state) return;
  banner.dataset.state = state;
  const retry = element("button", { type: "button", class: "link" }, "Try now");
  retry.addEventListener("click", () => wake?.());
  banner.replaceChildren(element("span", {}, message), ...(state === "offline" ? [] : [retry]));
  banner.hidden = false;
}

window.addEventListener("online", () => wake?.());
