import { putOff, repeating, skipTodos } from "./actions";
import { openDays } from "./menu";

/** The days that todos can be put off to; those that repeat can be skipped as well. */
export function openLater(anchor: HTMLElement, ids: string[], done: () => void = () => {}): void {
  const skip = { name: "Skip this time", picture: "skip", act: () => (done(), skipTodos(ids)) };
  openDays(anchor, (day) => (done(), putOff(ids, day)), repeating(ids).length ? [skip] : []);
}
