import { type ArrivedLabel, arrivedLabels } from '../registry/judged-labels.ts';
import type { Registry } from '../registry/registry.ts';
import type { LoggedPrediction } from '../serving/logged-prediction.ts';
import { madeAt } from '../serving/prediction-id.ts';
import { readSegment } from '../serving/read-segment.ts';
import { segmentKeyAt, segmentPrefix, segmentStart } from '../serving/segment-key.ts';
import type { ObjectStore } from '../storage/object-store.ts';

const minute = 60_000;
/** A segment may have begun so long before a row that it holds, ms; and, where the disk was behind, so long after it. */
const begunBefore = 10 * minute;
const begunAfter = 2 * minute;
/** Predictions with an id of the caller's own, which tells no time, are looked for so far back from their label. */
const untimed = 7 * 1440 * minute;
/** A label whose prediction is not found is waited for so long: segments are shipped every few seconds. */
const grace = 5 * minute;
const page = 10_000;
/** Segments in memory at once. */
const atOnce = 4;

const columns = ['id', 'version', 'role', 'score', 'prediction'] as const;
type Answered = Pick<LoggedPrediction, (typeof columns)[number]>;

/** A label, and what each version said of that request; the first where it was asked twice. */
export interface JudgedPrediction {
  readonly label: string;
  readonly answers: ReadonlyMap<number, Answered>;
}

/** What one look came to. */
export interface LabelLook {
  /** In the order in which the labels came. */
  readonly judged: readonly JudgedPrediction[];
  /** The next look goes on after this one. */
  readonly seq: number;
}

/**
 * Joins the labels after `afterSeq` with the predictions that they are of, in the order of their arrival, each once. A label whose
 * prediction is not in the log yet holds up those behind it, for five minutes at most; after that it is passed over. The gateway's
 * own ids tell when they were made, so that few segments are read, and of those the columns that judge an answer.
 * @param budgetMs what may be spent on reading; at least one page of labels is read
 */
export async function judgeLabels(
  model: string,
  {
    registry,
    store,
    budgetMs = 20_000,
  }: { readonly registry: Registry; readonly store: ObjectStore; readonly budgetMs?: number },
  afterSeq: number,
): Promise<LabelLook> {
  const deadline = performance.now() + budgetMs;
  const judged: JudgedPrediction[] = [];
  let seq = afterSeq;
  for (;;) {
    const labels = await arrivedLabels(registry, model, seq, page);
    const answers = await answersTo(store, model, labels);
    for (const { seq: place, predictionId, label, age } of labels) {
      const found = answers.get(predictionId);
      if (found === undefined && age < grace) return { judged, seq };
      if (found !== undefined) judged.push({ label, answers: found });
      seq = place;
    }
    if (labels.length < page || performance.now() >= deadline) return { judged, seq };
  }
}

/** What each version said of the requests that labels are of, by prediction. */
export async function answersTo(
  store: ObjectStore,
  model: string,
  labels: readonly ArrivedLabel[],
): Promise<Map<string, Map<number, Answered>>> {
  const found = new Map<string, Map<number, Answered>>();
  if (labels.length === 0) return found;
  const wanted = new Set(labels.map(({ predictionId }) => predictionId));
  const times = labels.map(({ predictionId }) => madeAt(predictionId));
  const came = labels.flatMap(({ at }, i) => (times[i] === null ? [at] : []));
  const [anyFrom, anyTo] = [Math.min(...came) - untimed, Math.max(...came)];
  const made = times.filter((time) => time !== null).toSorted((a, b) => a - b);
  const from = Math.min(made[0] ?? Infinity, anyFrom) - begunBefore;
  const keys = (await store.list(segmentPrefix(model), { after: segmentKeyAt(model, Math.max(0, from)) })).filter((key) => {
    const begun = segmentStart(key);
    if (begun === null) return false;
    const next = made[lowerBound(made, begun - begunAfter)];
    return (begun >= anyFrom && begun <= anyTo) || (next !== undefined && next <= begun + begunBefore);
  });
  for (let i = 0; i < keys.length; i += atOnce) {
    const segments = await Promise.all(keys.slice(i, i + atOnce).map((key) => readSegment(store, key, columns)));
    for (const row of segments.flat()) {
      if (!wanted.has(row.id)) continue;
      const versions = found.get(row.id) ?? new Map<number, Answered>();
      if (!versions.has(row.version)) versions.set(row.version, row);
      found.set(row.id, versions);
    }
  }
  return found;
}

/** Index of the first of the ascending times that is not below a bound. */
function lowerBound(times: readonly number[], bound: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Infinity) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
