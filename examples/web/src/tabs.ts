import { ask } from "./alarm";
import { store } from "./store";

/** Tells the page's other tabs that something has been changed; they ask the server what. */
const channel = new BroadcastChannel("todos");

channel.addEventListener("message", () => void (document.hidden ? ask() : store.poll()));
store.allSent = () => channel.postMessage("changed");
