import { store } from "./store";

/** Tells the page's other tabs that something has been changed; they ask the server what. */
const channel = new BroadcastChannel("todos");

channel.addEventListener("message", () => document.hidden || void store.poll());
store.allSent = () => channel.postMessage("changed");
