/** One collection for all kinds, so that what belongs together is sent together. */
import type { RxCollection, WithDeleted } from "rxdb";
import { replicateRxCollection, type RxReplicationState } from "rxdb/plugins/replication";
import { concatMap, Subject } from "rxjs";
import { against, editsInOrder, type Edit, type News, type Row, type Service } from "./service.js";
/** What is edited within a pause is sent together; what failed is sent again after one. `start()` syncs now. */
export function replicate(rows: RxCollection<Row>, service: Service, pause = 1000) {
  const sleep = () => new Promise((resolve) => setTimeout(resolve, pause));
  const fetched = new Subject<News>();
  let since = 0;
  const exchange = (edits: Edit[], from: number) => service.sync(edits, from).catch((error) => {
    // RxDB would send the same again; after a pause it looks anew for what there is to send.
    if (!replication.isPaused()) void replication.pause().then(sleep).then(() => replication.start());
    throw error;
  });
  const told = async (news: News) => {
    const selector = news.all ? {} : { id: { $in: news.rows.map(({ id }) => id) } };
    const all = against(await rows.find({ selector }).exec(), news);
    since = Math.max(since, news.version);
    return { documents: all.map((row) => ({ gone: false, ...row }) as never), checkpoint: { version: news.version } };
  };
  const pull = async (from = { version: 0 }) => {
    const before = (since ||= from.version);
    if (before) await sleep().then(() => service.last); // What is sent meanwhile brings the news as well.
    return since > before ? { documents: [], checkpoint: from } : told(await exchange([], from.version));
  };
  const push = async (changes: { assumedMasterState?: Row; newDocumentState: Row }[]): Promise<WithDeleted<Row>[]> => {
    const edits = editsInOrder(changes.map(({ assumedMasterState: old, newDocumentState: now }) => [old, now]));
    const news = edits.length ? await exchange(edits, since) : { version: since, all: false, rows: [], refused: [] };
    if (edits.length) fetched.next(news); // RxDB tells a row nothing while it is sent, so these wait.
    const refused = news.rows.filter(({ id }) => news.refused.some((result) => result.id === id));
    return (await told({ ...news, all: false, rows: refused })).documents;
  };
  const later = (news: News) => replication.awaitInSync().then(() => told(news));
  const pulling = { handler: pull, stream$: fetched.pipe(concatMap(later)), batchSize: 1e6 };
  const pushing = { handler: push, batchSize: 1e4, waitBeforePersist: sleep };
  const at = { collection: rows, replicationIdentifier: "todos", deletedField: "gone", retryTime: pause };
  const replication: RxReplicationState<Row, any> = replicateRxCollection({ ...at, pull: pulling, push: pushing });
  return replication;
}
