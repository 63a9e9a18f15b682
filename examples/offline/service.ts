/** What the adapters have in common: rows, edits that make of one row another, and the call with the token. */
export type Kind = "list" | "tag" | "view" | "todo";
type Named = { id: string; kind: Kind; [field: string]: unknown };
/** As the API tells it. `after` is yours: the row behind which this one is to be moved, null for the first place. */
export type Row = Named & { version?: number; after?: string | null; gone?: boolean };
export type Edit = Named & { op: string };
export type Result = Named & { status: string; code?: string; version?: number | null; current?: Row | null };
/** `rows` has each that an edit named, too; `all`: whatever you have besides is gone. */
export type News = { version: number; all: boolean; rows: Row[]; refused: Result[] };

const OF_TIME = ["due_date", "due_time", "time_zone", "rrule", "repeat_from", "starts_on", "reminders"];
export const FIELDS: Record<Kind, string[]> = {
  list: ["name", "color", "archived"],
  tag: ["name", "color"],
  view: ["name", "color", "query"],
  todo: ["title", "notes", "meta", "priority", "list", "parent", "tags", ...OF_TIME],
};
export const KINDS = Object.keys(FIELDS) as Kind[];
/** What a row has besides, as the service tells it or as it is set to be sent. */
export const TOLD = ["completed", "position", "version", "created_at", "updated_at", "deleted_at", "after"];
const picked = (row: Row, names: string[]) => Object.fromEntries(names.map((name) => [name, row[name]]));
export const byId = (rows: Row[]) => new Map(rows.map((row) => [row.id, row]));

/** What news say against the rows that you know: what is newer, and after a 410 what has gone. */
export function against(known: Row[], news: News): Row[] {
  const [here, told] = [byId(known), byId(news.rows)];
  const newer = [...told.values()].filter(({ id, version }) => !version || version >= (here.get(id)?.version ?? 0));
  const gone = known.filter(({ id, version }) => version && version <= news.version && !told.has(id));
  return [...newer, ...(news.all ? gone.map(({ id, kind }) => ({ id, kind, gone: true })) : [])];
}

/** The edits that make `now` of what was there `before`. */
export function editsOf(before: Row | undefined, now: Row): Edit[] {
  const { id, kind } = now;
  if (now.gone) return before && !before.gone ? [{ kind, id, op: "delete" }] : [];
  const old: Row = before && !before.gone ? before : { id, kind };
  const isNew = old !== before;
  const names = FIELDS[kind].filter((name) => JSON.stringify(now[name] ?? null) !== JSON.stringify(old[name] ?? null));
  const edits: Edit[] = [];
  if (old.deleted_at && !now.deleted_at) edits.push({ kind, id, op: "restore" });
  if (!isNew && names.length) edits.push({ kind, id, op: "update", ...picked(now, names), base: picked(old, names) });
  if (isNew) edits.push({ kind, id, op: "create", ...picked(now, names) });
  const { after, completed } = now;
  const isMoved = after !== undefined && after !== old.after;
  if (isMoved) edits.push({ kind, id, op: "move", after, base_version: old.version });
  // Of what repeats an occurrence is completed: the one that was seen.
  const seen = now.rrule ? { base: { due_date: now.due_date } } : {};
  if (!old.completed !== !completed) edits.push({ kind, id, op: completed ? "complete" : "reopen", ...seen });
  if (!old.deleted_at && now.deleted_at) edits.push({ kind, id, op: "delete" });
  return edits;
}

/** The edits of many rows: what others refer to first, what is thrown away last. */
export function editsInOrder(changes: [before: Row | undefined, now: Row][]): Edit[] {
  const rank = ({ kind, parent }: Row) => KINDS.indexOf(kind) * 2 + (parent ? 1 : 0);
  const sorted = changes.sort(([, one], [, other]) => rank(one) - rank(other));
  const edits = sorted.flatMap(([before, now]) => editsOf(before, now));
  return [...edits.filter(({ op }) => op !== "delete"), ...edits.filter(({ op }) => op === "delete")];
}

export class Service {
  /** Whatever is under way. */
  last: Promise<unknown> = Promise.resolve();

  /** `api` ends in `/api/v1/`; `token` gives a JWT, another one if that was refused; `tell` hears of refused edits. */
  constructor(
    private readonly api: string,
    private readonly token: (another: boolean) => Promise<string>,
    private readonly tell: (refused: Result) => void,
  ) {}

  /** Sends edits and brings every row that they name and what is new since a version. One exchange at a time. */
  sync(edits: Edit[], since: number): Promise<News> {
    const news = this.last.then(() => this.exchange(edits, since)).catch((error) => {
      // What happened since then is not known any more: 0 brings everything.
      if (error.status === 410) return this.exchange(edits, 0);
      throw error;
    });
    this.last = news.then(({ refused }) => refused.forEach(this.tell)).catch(() => undefined);
    return news;
  }

  private async exchange(edits: Edit[], since: number): Promise<News> {
    const rows = new Map<string, Row>();
    const refused: Result[] = [];
    const keep = (kind: Kind, id: string, row?: object) => rows.set(id, { gone: !row, ...row, id, kind });
    let version = since;
    for (let start = 0; start === 0 || start < edits.length; start += 200) {
      const changes = edits.slice(start, start + 200);
      const answer = changes.length ? await this.call("changes?page_size=200", { since: version, changes }) : undefined;
      for (const result of answer?.results ?? []) {
        if (result.status !== "applied") refused.push(result);
        if ("current" in result || !result.version)
          keep(result.kind, result.id, result.current?.id === result.id ? result.current : undefined);
      }
      let page = answer?.news ?? (await this.call(`changes?page_size=200&since=${version}`));
      version = page.version;
      for (; page; page = page.next && (await this.call(page.next))) {
        for (const { kind, id } of page.deleted) keep(kind, id);
        for (const kind of KINDS) for (const row of page[`${kind}s`]) keep(kind, row.id, row);
      }
    }
    return { version, all: since === 0, rows: [...rows.values()], refused };
  }

  private async call(path: string, body?: object, another = false): Promise<any> {
    const headers = { Authorization: `Bearer ${await this.token(another)}`, "Content-Type": "application/json" };
    const request = body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers };
    const response = await fetch(new URL(path, this.api), request);
    if (response.status === 401 && !another) return this.call(path, body, true);
    if (!response.ok) throw Object.assign(new Error(`${response.status} of ${path}`), { status: response.status });
    return response.json();
  }
}
