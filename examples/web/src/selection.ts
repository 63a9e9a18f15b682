import { announce } from "./dom";

/** The rows that a person has picked, to do something with all of them. */
class Selection {
  /** Whether a tap picks a row instead of opening it. */
  isOn = false;
  changed: () => void = () => {};
  private ids = new Set<string>();
  private last = "";

  get size(): number {
    return this.ids.size;
  }

  all(): string[] {
    return [...this.ids];
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** What something that is done to a row is done to: all that are picked, if it is one of them. */
  with(id: string): string[] {
    return this.ids.has(id) ? this.all() : [id];
  }

  toggle(id: string): void {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.last = id;
    this.begin();
  }

  /** Picks everything between the row that was picked last and this one. */
  extendTo(id: string, order: string[]): void {
    const [from, to] = [order.indexOf(this.last), order.indexOf(id)].sort((one, other) => one - other);
    if (from === undefined || to === undefined || from < 0) return this.toggle(id);
    for (const between of order.slice(from, to + 1)) this.ids.add(between);
    this.begin();
  }

  begin(): void {
    this.isOn = true;
    announce(`${this.size} picked.`);
    this.changed();
  }

  clear(): void {
    if (!this.isOn) return;
    this.ids.clear();
    this.isOn = false;
    this.last = "";
    this.changed();
  }

  /** Rows that have left the screen are not picked any more. */
  keepOnly(shown: Set<string>): void {
    for (const id of this.ids) if (!shown.has(id)) this.ids.delete(id);
  }
}

export const selection = new Selection();
