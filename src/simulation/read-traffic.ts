import { arrivedLabels, labelSeqBefore } from '../registry/judged-labels.ts';
import { countLabels, readLabels } from '../registry/labels.ts';
import type { Registry } from '../registry/registry.ts';
import { lastTrial, newestWindow, trafficByHour } from '../registry/traffic-history.ts';
import { sumWindows } from '../registry/windows.ts';
import { latencyHistogram } from '../serving/latency-sketch.ts';
import type { LoggedPrediction } from '../serving/logged-prediction.ts';
import { madeAt } from '../serving/prediction-id.ts';
import { newestPredictions, PredictionTail } from '../serving/prediction-tail.ts';
import type { ModelSpec } from '../spec/schema.ts';
import { counted, inWords } from '../stats/wording.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { classAnswers, numberAnswers, type RecordedPair, recordedPairs } from './answered-pairs.ts';
import { zipfExponent } from './callers.ts';
import { ratesByHour } from './hours.ts';
import { hoursOfDay, middles, nothingRecorded, type RecordedTraffic } from './traffic-profile.ts';

interface Sources {
  readonly registry: Registry;
  readonly store: ObjectStore;
}

/** How far back traffic is looked at, from the newest window on, ms. */
const recent = 14 * 86_400_000;
/** Of the prediction log, the newest rows; and of labels and pairs, so many. */
const [mostRows, mostLabels, mostPairs] = [10_000, 5000, 20_000];
/** Of fewer labels their delays tell nothing. */
const leastLabels = 20;
const delayParts = 10;

/** What windows, prediction log and labels tell of a model's traffic. */
export async function readTraffic(sources: Sources, spec: ModelSpec, champion: number | null): Promise<RecordedTraffic> {
  const { registry, store } = sources;
  const newest = await newestWindow(registry, spec.model);
  if (newest === null) return nothingRecorded;
  const since = new Date(newest - recent);
  const counts = await readCounts(registry, spec.model, champion, since);
  const rows = await newestPredictions(store, spec.model, mostRows, ({ role }) => role === 'champion' || role === 'challenger');
  const callers = callersOf(rows);
  const labels = await readDelays(registry, spec.model, { since, requests: counts.requests, rows });
  const answers = await readAnswers(
    sources,
    spec,
    rows.filter(({ version }) => version === champion),
  );
  return {
    ...counts.recorded,
    callers: callers.profile,
    labels: labels.profile,
    answers: answers?.answers ?? null,
    madeOf: [...counts.madeOf, ...callers.madeOf, ...labels.madeOf, ...(answers?.madeOf ?? [])],
    assumed: [...counts.assumed, ...(answers?.assumed ?? [])],
  };
}

async function readCounts(registry: Registry, model: string, champion: number | null, since: Date) {
  const hours = await trafficByHour(registry, model, since);
  const sum =
    champion === null ? null : await sumWindows(registry, { model, version: champion, roles: ['champion', 'outside'], since });
  const served = sum !== null && sum.requests > 0 ? sum : null;
  const requests = hours?.hours.reduce((total, hour) => total + hour.requests, 0) ?? 0;
  const rates = hours === null || requests === 0 ? null : ratesByHour(hours.hours, hours.from, hours.to);
  const time = (at: number) => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  return {
    requests,
    recorded: {
      requestsPerSecond: rates?.perSecond ?? null,
      errors: served === null ? null : { requests: served.requests, errors: served.errors },
      latency: served === null ? null : latencyHistogram(served.latency),
    },
    madeOf: [
      ...(rates === null || hours === null
        ? []
        : [`${counted(requests, 'request')} between ${time(hours.from)} and ${time(hours.to)} UTC`]),
      ...(served === null
        ? []
        : [`${counted(served.errors, 'error')} and the latency of ${inWords(served.requests)} of the champion's`]),
    ],
    assumed:
      rates === null || rates.known === hoursOfDay
        ? []
        : [`${counted(hoursOfDay - rates.known, 'hour')} of the day with as many requests as the others on average`],
  };
}

function callersOf(rows: readonly LoggedPrediction[]) {
  const byKey = new Map<string, number>();
  for (const { key } of rows) if (key !== null) byKey.set(key, (byKey.get(key) ?? 0) + 1);
  const keyed = [...byKey.values()].reduce((sum, count) => sum + count, 0);
  if (rows.length === 0) return { profile: null, madeOf: [] };
  const profile = {
    count: byKey.size,
    exponent: Number(zipfExponent([...byKey.values()]).toFixed(3)),
    withoutKey: 1 - keyed / rows.length,
  };
  const who =
    byKey.size === 0
      ? 'none with a key'
      : `${counted(byKey.size, 'caller')}, the one of rank k as often as 1/k^${profile.exponent}`;
  return { profile, madeOf: [`the callers of ${counted(rows.length, 'logged request')}: ${who}`] };
}

/** How many requests get their label, and when. */
async function readDelays(
  registry: Registry,
  model: string,
  { since, requests, rows }: { since: Date; requests: number; rows: readonly LoggedPrediction[] },
) {
  const all = await countLabels(registry, model);
  const arrived = await arrivedLabels(registry, model, Math.max(0, all - mostLabels), mostLabels);
  const at = new Map(rows.map((row) => [row.id, row.at]));
  const now = Date.now();
  const delays = arrived
    .flatMap(({ predictionId, age }) => {
      const made = at.get(predictionId) ?? madeAt(predictionId);
      return made === null ? [] : [Math.max(0, now - age - made)];
    })
    .toSorted((a, b) => a - b);
  if (delays.length < leastLabels || requests === 0) return { profile: null, madeOf: [] };
  const lately = all - (await labelSeqBefore(registry, model, since));
  return {
    profile: {
      share: Math.min(1, lately / requests),
      delays: middles(delayParts).map((share) => Math.round(delays[Math.floor(share * delays.length)] ?? 0)),
    },
    madeOf: [`${counted(lately, 'label')} that came in that time, and the delays of the newest ${inWords(delays.length)}`],
  };
}

async function readAnswers({ registry, store }: Sources, spec: ModelSpec, rows: readonly LoggedPrediction[]) {
  const { model, task, contract } = spec;
  const labels = await readLabels(
    registry,
    model,
    rows.map(({ id }) => id),
  );
  const labelled = rows.flatMap((row) => {
    const label = labels.get(row.id);
    return label === undefined ? [] : [{ ...row, label }];
  });
  const pairs = await readPairs(registry, store, model);
  if (task === 'regression') return numberAnswers(labelled, pairs);
  const positive = contract.positive ?? greatest(labelled.flatMap(({ label, prediction }) => [label, prediction]));
  return classAnswers(labelled, pairs, positive);
}

/** Those of the last rollout: of its beginning, as far as one look at the log goes. */
async function readPairs(registry: Registry, store: ObjectStore, model: string): Promise<RecordedPair[]> {
  const trial = await lastTrial(registry, model);
  if (trial === null) return [];
  const columns = ['id', 'at', 'version', 'revision', 'role', 'score', 'prediction'] as const;
  const tail = new PredictionTail(store, model, trial.startedAt, columns);
  const rows = (await tail.poll()).filter(({ revision }) => revision >= trial.revision);
  const ids = rows.flatMap(({ id, version }) => (version === trial.challenger ? [id] : [])).slice(0, mostPairs);
  const wanted = new Set(ids);
  return recordedPairs(
    rows.filter(({ id }) => wanted.has(id)),
    trial,
    await readLabels(registry, model, ids),
  );
}

/** As the contract has it where it names no positive class: by number where all are numbers. */
function greatest(classes: readonly string[]): string {
  const known = [...new Set(classes)];
  const numbers = known.every((name) => name !== '' && Number.isFinite(Number(name)));
  return known.toSorted((a, b) => (numbers ? Number(a) - Number(b) : a < b ? -1 : 1)).at(-1) ?? '';
}
