import type { Operation, Written } from "./operations";

/** Changes that the server has not answered yet. They are sent one after the other, in the order in which they were made. */
export class Outbox {
  private waiting: Operation[] = [];
  private isSending = false;

  constructor(
    private readonly sendOne: (operation: Operation) => Promise<Written | undefined>,
    private readonly confirm: (written: Written) => void,
    private readonly allSent: () => void,
  ) {}

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  get operations(): readonly Operation[] {
    return this.waiting;
  }

  add(operation: Operation): void {
    const last = this.waiting.at(-1);
    // Ten presses of an arrow key are one move.
    if (operation.kind === "move" && last?.kind === "move" && last.id === operation.id && this.waiting.length > 1) {
      this.waiting.pop();
    }
    this.waiting.push(operation);
    void this.send();
  }

  clear(): void {
    this.waiting = [];
  }

  private async send(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    for (let operation = this.waiting[0]; operation; operation = this.waiting[0]) {
      const written = await this.sendOne(operation);
      // Somebody else may have signed in meanwhile.
      if (this.waiting[0] !== operation) continue;
      this.waiting.shift();
      this.confirm(written ?? {});
    }
    this.isSending = false;
    this.allSent();
  }
}
