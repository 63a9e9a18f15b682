/** The clients' clock, which is wrong by as much as one says. The service has its own. */
const RightDate = Date;
let wrongBy = 0;

class WrongDate extends RightDate {
  constructor(...given: unknown[]) {
    super(...((given.length ? given : [RightDate.now() + wrongBy]) as [number]));
  }

  static override now(): number {
    return RightDate.now() + wrongBy;
  }
}

globalThis.Date = WrongDate as DateConstructor;

export function setWrong(milliseconds: number): void {
  wrongBy = milliseconds;
}
