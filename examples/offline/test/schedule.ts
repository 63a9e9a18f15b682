/** One random schedule: Alice on three devices, Mallory on one, and what is on them in the end. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { FIELDS, Service, type Row } from "../service.js";
import type { Client, Open } from "./client.js";
import { setWrong } from "./clock.js";
import { Dice } from "./dice.js";
import { DEEDS } from "./person.js";
import { Proxy } from "./proxy.js";

const STEPS = 90;
const DAY = 86_400_000;
const ROUNDS = 12;
export type Place = { api: string; tokens: string; purge: string[] };
export type Counts = Map<string, number>;
type Device = { client: Client; proxy: Proxy; refused: number };

export class Schedule {
  private readonly dice: Dice;
  private devices: Device[] = [];

  constructor(
    private readonly open: Open,
    private readonly place: Place,
    private readonly seed: number,
    readonly counts: Counts,
  ) {
    this.dice = new Dice(seed);
  }

  count(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  async run(): Promise<string[]> {
    const name = `${process.pid}-${this.seed}`;
    const hasMany = this.seed % 5 === 0;
    if (hasMany) await this.fill(`alice-${name}`);
    for (const number of [0, 1, 2]) this.devices.push(await this.device(`alice-${name}`, `${name}-${number}`));
    const mallory = await this.device(`mallory-${name}`, `${name}-mallory`);
    for (const { client } of [...this.devices, mallory]) await client.sync();
    if (hasMany) await this.look();
    for (let step = 0; step < STEPS; step += 1) {
      await this.step(this.dice.one(this.devices));
      if (step % 6 === 0) await this.deed(mallory, "newTodo");
      if (step === STEPS / 2 && this.seed % 3 === 0) await this.forget();
    }
    const faults = await this.ended(`alice-${name}`, mallory);
    setWrong(0);
    for (const { client, proxy } of [...this.devices, mallory]) {
      this.count("requests", proxy === mallory.proxy ? 0 : proxy.requests);
      this.count("answers lost after the commit", proxy.lost);
      this.count("told to start over (410)", proxy.refusedAsTooOld);
      for (const [outcome, times] of proxy.outcomes) this.count(`outcome ${outcome}`, times);
      await client.stop();
      proxy.stop();
    }
    return faults;
  }

  private async step(device: Device): Promise<void> {
    const { proxy, client } = device;
    const drawn = this.dice.next();
    if (drawn < 0.07) {
      if (!proxy.isDown) this.count("went offline");
      proxy.isDown = true;
    } else if (drawn < 0.15) {
      proxy.isDown = false;
      await client.sync();
    } else if (drawn < 0.18) {
      proxy.losesNext = true;
    } else if (drawn < 0.2) {
      setWrong(this.dice.one([-400, -3, -0.05, 0, 2, 90]) * DAY);
      this.count("clock set wrong");
    } else {
      await this.deed(device, this.dice.one(Object.keys(DEEDS)));
      if (!proxy.isDown && this.dice.chance(0.3)) await client.sync();
    }
  }

  private async deed({ client, proxy }: Device, name: string): Promise<void> {
    const done = await DEEDS[name]!(client, this.dice, inOrder(await client.rows()));
    if (done !== 0) this.count(`${name}${proxy.isDown ? " offline" : ""}`);
  }

  /** 800 rows before the first device knows of any. */
  private async fill(person: string): Promise<void> {
    const service = new Service(`${this.place.api}/api/v1/`, () => this.token(person), () => undefined);
    const edits = Array.from({ length: 800 }, (_, number) => ({ kind: "todo" as const, id: crypto.randomUUID(), op: "create", title: `old ${number}` }));
    await service.sync(edits, 0);
  }

  private async look(): Promise<void> {
    for (const { client } of this.devices) {
      const found = (await client.rows()).filter((row) => row.kind === "todo").length;
      if (found < 800) throw new Error(`a first pull brought ${found} todos`);
      this.count("first pull of 800 rows");
    }
  }

  /** The first device is away while the others erase, and what they erase is forgotten. */
  private async forget(): Promise<void> {
    const [away, ...others] = this.devices as [Device, ...Device[]];
    away.proxy.isDown = true;
    for (const { client, proxy } of others) {
      proxy.isDown = false;
      for (const name of ["trash", "trash", "newTag", "removeTag", "removeTag", "trash"]) await this.deed({ client, proxy, refused: 0 }, name);
      await client.sync();
    }
    const [command, ...given] = this.place.purge as [string, ...string[]];
    await promisify(execFile)(command, given);
    for (const name of ["newTodo", "title", "title", "notes", "newList"]) await this.deed(away, name);
    this.count("purged");
  }

  private async ended(person: string, mallory: Device): Promise<string[]> {
    let faults: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { client, proxy } of [...this.devices, mallory]) {
        [proxy.isDown, proxy.losesNext] = [false, false];
        await client.sync();
      }
      // Who has synced first has not heard of what the others sent.
      for (const { client } of this.devices) await client.sync();
      faults = await this.faults(person, mallory);
      if (!faults.length) {
        this.count("rounds until all is equal", round + 1);
        break;
      }
    }
    return faults;
  }

  private async faults(person: string, mallory: Device): Promise<string[]> {
    const service = new Service(`${this.place.api}/api/v1/`, () => this.token(person), () => undefined);
    const truth = told((await service.sync([], 0)).rows);
    const hers = new Set((await mallory.client.rows()).map(({ id }) => id));
    const faults: string[] = [];
    for (const [number, { client }] of this.devices.entries()) {
      const rows = await client.rows();
      faults.push(...differences(truth, told(rows)).map((text) => `device ${number}: ${text}`));
      if (rows.some(({ id }) => hers.has(id))) faults.push(`device ${number} has a row of Mallory's`);
      if (await client.hasUnsent()) faults.push(`device ${number}: an edit is stuck`);
    }
    return faults;
  }

  private async device(person: string, name: string): Promise<Device> {
    const proxy = new Proxy(this.place.api);
    const address = await proxy.start();
    const device = { proxy, refused: 0 } as Device;
    const service = new Service(`${address}/api/v1/`, () => this.token(person), () => this.count("refused and told"));
    device.client = await this.open(name, service);
    return device;
  }

  private async token(person: string): Promise<string> {
    const response = await fetch(this.place.tokens, { headers: { Cookie: `session=${person}` } });
    return (await response.json()).token;
  }
}

const inOrder = (rows: Row[]) => rows.sort((one, other) => `${one.position ?? one.name}`.localeCompare(`${other.position ?? other.name}`) || one.id.localeCompare(other.id));

/** What is compared: all that the user sees, the place and the version. */
function told(rows: Row[]): Map<string, string> {
  const compared = (row: Row) => [...FIELDS[row.kind], "completed", "position", "version"].map((name) => [name, row[name] ?? null]);
  const kept = rows.filter(({ kind, gone }) => kind !== "view" && !gone);
  return new Map(kept.map((row) => [row.id, JSON.stringify({ ...Object.fromEntries(compared(row)), kind: row.kind, trashed: Boolean(row.deleted_at) })]));
}

function differences(truth: Map<string, string>, here: Map<string, string>): string[] {
  const ids = new Set([...truth.keys(), ...here.keys()]);
  return [...ids].filter((id) => truth.get(id) !== here.get(id)).map((id) => `${id}\n    there ${truth.get(id)}\n    here  ${here.get(id)}`);
}
