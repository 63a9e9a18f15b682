/** What a person does next on a device that shows these rows. */
import type { Client, Kind, Row } from "./client.js";
import type { Dice } from "./dice.js";

const TITLES = ["bread", "milk", "hut", "train", "letter", "tyres", "lamp", "soup"];
const NAMES = ["home", "work", "garden", "trip", "books", "music", "shop", "gym"];
const DAYS = [null, "2026-12-01", "2026-12-24", "2027-01-15"];

type Deed = (client: Client, dice: Dice, rows: Row[]) => Promise<unknown>;
const id = () => crypto.randomUUID();
const of = (kind: Kind, rows: Row[]) => rows.filter((row) => row.kind === kind && !row.deleted_at);
const todo = (dice: Dice, more: object = {}): Row => ({ id: id(), kind: "todo", title: `${dice.one(TITLES)} ${dice.below(1000)}`, ...more });
const now = () => new Date().toISOString();

async function withOne(kind: Kind, dice: Dice, rows: Row[], act: (row: Row) => Promise<unknown>): Promise<unknown> {
  const choices = of(kind, rows);
  // Mostly one of the first, so that several devices come upon the same.
  return choices.length ? act(choices[dice.below(dice.chance(0.7) ? Math.min(8, choices.length) : choices.length)]!) : undefined;
}

export const DEEDS: Record<string, Deed> = {
  newTodo: (client, dice) => client.insert(todo(dice, dice.chance(0.4) ? { tags: [dice.one(NAMES)] } : {})),
  newRepeating: (client, dice) => client.insert(todo(dice, { rrule: "FREQ=DAILY", due_date: "2030-01-01" })),
  newSubtask: (client, dice, rows) =>
    withOne("todo", dice, rows, (parent) => client.insert(todo(dice, { parent: parent.parent ?? parent.id }))),
  newList: (client, dice, rows) => listWithTodo(client, dice, rows),
  title: (client, dice, rows) => withOne("todo", dice, rows, (row) => client.update(row, { title: `${dice.one(TITLES)} ${dice.below(1000)}` })),
  notes: (client, dice, rows) => withOne("todo", dice, rows, (row) => client.update(row, { notes: `${dice.below(1000)}`, priority: dice.below(4) })),
  date: (client, dice, rows) =>
    withOne("todo", dice, rows, (row) => (row.rrule ? Promise.resolve() : client.update(row, { due_date: dice.one(DAYS) }))),
  tags: (client, dice, rows) => withOne("todo", dice, rows, (row) => client.update(row, { tags: dice.chance(0.5) ? [dice.one(NAMES)] : [] })),
  impossible: (client, dice, rows) => withOne("todo", dice, rows, (row) => client.update(row, { list: id() })),
  complete: (client, dice, rows) => withOne("todo", dice, rows, (row) => client.update(row, { completed: !row.completed })),
  completeRepeating: async (client, _dice, rows) => {
    const row = of("todo", rows).find(({ rrule, completed }) => rrule && !completed);
    return row && client.update(row, { completed: true });
  },
  trash: (client, dice, rows) =>
    withOne("todo", dice, rows, (row) => (dice.chance(0.5) ? client.remove(row) : client.update(row, { deleted_at: now() }))),
  restore: async (client, dice, rows) => {
    const trashed = rows.filter((row) => row.kind === "todo" && row.deleted_at);
    return trashed.length && client.update(dice.one(trashed), { deleted_at: null });
  },
  move: (client, dice, rows) =>
    withOne("todo", dice, rows, (row) => {
      const beside = of("todo", rows).filter((other) => other.list === row.list && other.parent === row.parent && other.id !== row.id && other.version);
      return row.version && beside.length ? client.update(row, { after: dice.chance(0.2) ? null : dice.one(beside).id }) : Promise.resolve();
    }),
  intoList: (client, dice, rows) => withOne("list", dice, rows, (list) => withOne("todo", dice, rows, (row) => client.update(row, { list: list.id }))),
  renameList: (client, dice, rows) => withOne("list", dice, rows, (row) => client.update(row, { name: `${dice.one(NAMES)} ${dice.below(1000)}` })),
  trashList: (client, dice, rows) => withOne("list", dice, rows, (row) => (dice.chance(0.5) ? client.remove(row) : Promise.resolve())),
  restoreList: async (client, dice, rows) => {
    const trashed = rows.filter((row) => row.kind === "list" && row.deleted_at);
    return trashed.length && client.update(dice.one(trashed), { deleted_at: null });
  },
  newTag: (client, dice) => client.insert({ id: id(), kind: "tag", name: `${dice.one(NAMES)}` }),
  renameTag: (client, dice, rows) => withOne("tag", dice, rows, (row) => client.update(row, { name: `${dice.one(NAMES)} ${dice.below(1000)}` })),
  removeTag: (client, dice, rows) => withOne("tag", dice, rows, (row) => (dice.chance(0.4) ? client.remove(row) : Promise.resolve())),
};

/** A list and a todo in it are sent together. */
async function listWithTodo(client: Client, dice: Dice, rows: Row[]): Promise<void> {
  const list = { id: id(), kind: "list" as const, name: dice.one(NAMES) };
  await client.insert(list);
  await client.insert(todo(dice, { list: list.id }));
  await withOne("todo", dice, rows, (row) => client.update(row, { list: list.id }));
}
