import { api } from "./api";
import { store } from "./store";

const baseUrl = import.meta.env.VITE_LIVE_URL;
const LONGEST_PAUSE_SECONDS = 60;
// After a shorter stream the next is in no hurry, but for the first time: the token may have been an old one.
const SHORT_MS = 2_000;
const MESSAGE = "data: ";

let listening: AbortController | undefined;
let latest = 0;
let isAsking = false;

/** Hears at once of what other devices change, where the service has streams; where it has none, the page asks now and then. */
export function listen(): void {
  fallSilent();
  if (document.hidden || !navigator.onLine || !store.owner) return;
  listening = new AbortController();
  void stay(listening.signal);
}

export function fallSilent(): void {
  listening?.abort();
  listening = undefined;
}

/** A stream ends with its token, and the next one has a newer token. */
async function stay(signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    const began = performance.now();
    const asked = await hear(signal).catch(() => 0);
    failures = performance.now() - began > SHORT_MS && !asked ? 0 : failures + 1;
    const seconds = asked || (failures > 1 && Math.min(2 ** failures, LONGEST_PAUSE_SECONDS));
    if (seconds) await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

/** Until the stream ends. Tells for how many seconds the service wants to be left alone. */
async function hear(signal: AbortSignal): Promise<number> {
  const { data, response } = await api.GET("/api/v1/live", { parseAs: "stream", signal, ...(baseUrl && { baseUrl }) });
  if (!response.ok) return Number(response.headers.get("Retry-After")) || LONGEST_PAUSE_SECONDS;
  // A stream that has ended before it began has no body.
  if (data) for await (const version of versionsIn(data)) void catchUp(version);
  return 0;
}

async function* versionsIn(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<number> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const messages = (text + piece.value).split("\n\n");
    text = messages.pop() ?? "";
    for (const message of messages) if (message.startsWith(MESSAGE)) yield Number(message.slice(MESSAGE.length));
  }
}

/** One question at a time: a device that changes a lot is heard of more often than a screen can be read. */
async function catchUp(version: number): Promise<void> {
  latest = version;
  if (isAsking) return;
  isAsking = true;
  try {
    for (let asked = 0; asked !== latest && latest > store.version && !document.hidden; ) {
      asked = latest;
      await store.poll();
    }
  } finally {
    isAsking = false;
  }
}

document.addEventListener("visibilitychange", listen);
window.addEventListener("online", listen);
window.addEventListener("offline", fallSilent);
