import type { RxCollection, WithDeleted } from "rxdb";
import { replicateRxCollection, type RxReplicationState } from "rxdb/plugins/replication";
import { against, editsInOrder, type Edit, type News, type Row, type Service } from "./service.js";
/** `rows` has all kinds. What is edited within a pause is sent together, what failed after one; `start()` syncs now. */
export function replicate(rows: RxCollection<Row>, service: Service, pause = 1000) {
  const sleep = () => new Promise((resolve) => setTimeout(resolve, pause));
  const sent = () => replication.internalReplicationState?.streamQueue.up;
  let heard = 0; // The version of what RxDB was told.
  let brought: News | undefined; // What is to be told next, because sending has brought it along.
  const exchange = (edits: Edit[]) => service.sync(edits, heard).catch(async (error) => {
    await replication.pause(); // RxDB would send the same again; started anew it looks for what there is to send.
    void sleep().then(() => (replication.isPaused() ? replication.start() : undefined));
    throw error;
  });
  const told = async (news: News) => {
    const known = await rows.find({ selector: news.all ? {} : { id: { $in: news.rows.map(({ id }) => id) } } }).exec();
    return { documents: against(known, news) as never[], checkpoint: { version: news.version } };
  };
  const pull = { batchSize: 1e6, handler: async (from = { version: 0 }) => {
    if (!heard || from.version < heard) [heard, brought] = [from.version, undefined]; // A pause came in between.
    await sent(); // What is being sent brings the news as well.
    if (replication.isPaused()) return { documents: [], checkpoint: from };
    const news = brought ?? (await exchange([]));
    [heard, brought] = [news.version, undefined];
    return told(news);
  } };
  const send = async (changes: { assumedMasterState?: Row; newDocumentState: Row }[]): Promise<WithDeleted<Row>[]> => {
    const edits = editsInOrder(changes.map(({ assumedMasterState: old, newDocumentState: now }) => [old, now]));
    if (!edits.length) return [];
    const news = await exchange(edits);
    brought = { ...news, rows: [...(brought?.rows ?? []), ...news.rows] };
    void sent()?.then(() => setTimeout(() => brought && replication.reSync())); // What is being sent is told nothing.
    const refused = news.rows.filter(({ id }) => news.refused.some((result) => result.id === id));
    return (await told({ ...news, all: false, rows: refused })).documents;
  };
  const push = { batchSize: 1e4, waitBeforePersist: sleep, handler: send };
  const at = { collection: rows, replicationIdentifier: "todos", deletedField: "gone", retryTime: 1 };
  const replication: RxReplicationState<Row, any> = replicateRxCollection({ ...at, pull, push });
  return replication;
}
