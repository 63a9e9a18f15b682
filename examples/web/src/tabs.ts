import { ask } from "./alarm";
import type { Written } from "./rows";
import { store } from "./store";

/** Tells the page's other tabs of a change, and what the server has made of it. */
const channel = new BroadcastChannel("todos");

channel.addEventListener("message", ({ data }: MessageEvent<{ owner: string; written?: Written }>) => {
  if (data.owner !== store.owner) return;
  void store.hear(data.written);
  if (document.hidden) void ask();
});
store.heard = (written) => channel.postMessage({ owner: store.owner, written });
store.allSent = () => store.heard();
