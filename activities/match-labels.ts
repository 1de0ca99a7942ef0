import type { Logger } from 'pino';
import { PawlError } from '../src/errors.ts';
import {
  isWanted,
  judgeLabels,
  type LabelSearch,
  matchLabels,
  readSearch,
  saveSearch,
  settleUnknown,
  wantedLabels,
} from '../src/registry/label-search.ts';
import type { Registry } from '../src/registry/registry.ts';
import { segmentKeyAt, segmentPrefix, segmentStart } from '../src/serving/segment-key.ts';
import { Segment } from '../src/serving/segment.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

export interface LabelMatching {
  readonly registry: Registry;
  readonly store: ObjectStore;
  readonly logger: Logger;
  /** A label younger than this is not judged: its prediction may be on its way, ms. Default 5 minutes. */
  readonly graceMs?: number;
  /** An unknown label is forgotten after so long, ms. Default 30 days. */
  readonly keptMs?: number;
  /** How often a round looks again for what is unknown, ms. Default a day. */
  readonly againMs?: number;
  /** What one call may spend on reading, ms; the next one goes on from there. Default 10,000. */
  readonly budgetMs?: number;
}

/** Segments read side by side. */
const atOnce = 8;
/** The newer end of the log is read so far back at most at each call, ms: the rounds see to the rest. */
const newerEnd = 60 * minute;
/** A segment may be shipped so long after it was begun without being missed at the newer end, ms. */
const shippedLate = 2 * minute;

/**
 * Looks for the predictions of a model's labels. Each call reads what the log has got at its newer end, where the predictions of
 * nearly all labels are; for labels that stay unmatched beyond the grace it goes through the whole log, from its newest segment
 * to its oldest, as far in one call as the budget allows. At the end of such a round what was not found is unknown. Rounds end
 * early once there is nothing left to look for; once a day one looks again for what is unknown, because a gateway that was
 * away ships its log late. Repeating it is safe. Reads ids only, and nothing at all while no label waits.
 */
export async function matchLabelsOf(model: string, matching: LabelMatching): Promise<void> {
  const { registry, graceMs = 5 * minute, keptMs = 30 * day, againMs = day } = matching;
  const wanted = await wantedLabels(registry, model, graceMs);
  if (!wanted.any) return settleUnknown(registry, model, keptMs);
  const now = wanted.now.getTime();
  const before = await readSearch(registry, model);
  const deadline = performance.now() + (matching.budgetMs ?? 10_000);
  const from = Math.max(before?.readUntil ?? 0, now - newerEnd) - shippedLate;
  const readUntil = await readNewerEnd(model, matching, from, deadline);
  let search: LabelSearch = {
    ...(before ?? { judgesBefore: null, place: null, thorough: false, thoroughAt: wanted.now }),
    readUntil: Math.max(before?.readUntil ?? 0, readUntil),
  };
  if (search.judgesBefore === null) {
    const thorough = wanted.unknown && now - search.thoroughAt.getTime() >= againMs;
    const begins = { judgesBefore: wanted.dueBefore, place: segmentKeyAt(model, now + day) };
    if (thorough) search = { ...search, ...begins, thorough, thoroughAt: wanted.now };
    else if (wanted.due) search = { ...search, ...begins, thorough };
  }
  if (search.judgesBefore !== null) search = await goOn(model, matching, search, deadline);
  await saveSearch(registry, model, search);
  await settleUnknown(registry, model, keptMs);
}

/**
 * Reads the segments begun after a time, the newest first; returns when that was begun, ms since 1970. Older ones that there is no
 * time for are left to the rounds.
 */
async function readNewerEnd(model: string, matching: LabelMatching, from: number, deadline: number): Promise<number> {
  const listed = await matching.store.list(segmentPrefix(model), { after: segmentKeyAt(model, from) });
  const keys = listed.filter((key) => segmentStart(key) !== null);
  for (let end = keys.length; end > 0; end -= atOnce) {
    await matchSegments(model, matching, keys.slice(Math.max(0, end - atOnce), end));
    if (performance.now() >= deadline) break;
  }
  return segmentStart(keys.at(-1) ?? '') ?? 0;
}

/** A round's next part. Its place is kept after each few segments, so that a worker that is lost loses little. */
async function goOn(model: string, matching: LabelMatching, begun: LabelSearch, deadline: number): Promise<LabelSearch> {
  const { registry, store } = matching;
  let search = begun;
  const [oldest] = await store.list(segmentPrefix(model), { limit: 1 });
  for (let date = dateOf(search.place ?? ''); oldest !== undefined && date >= dateOf(oldest); date = dayBefore(date)) {
    const place = search.place ?? '';
    const listed = await store.list(`${segmentPrefix(model)}${date}/`);
    const keys = listed.filter((key) => segmentStart(key) !== null && key < place);
    for (let end = keys.length; end > 0; end -= atOnce) {
      if (!(await isWanted(registry, model, search))) return ended(model, matching, search);
      const part = keys.slice(Math.max(0, end - atOnce), end);
      await matchSegments(model, matching, part);
      search = { ...search, place: part[0] ?? place };
      await saveSearch(registry, model, search);
      if (performance.now() >= deadline) return search;
    }
  }
  return ended(model, matching, search);
}

async function ended(model: string, { registry }: LabelMatching, search: LabelSearch): Promise<LabelSearch> {
  if (search.judgesBefore !== null) await judgeLabels(registry, model, search.judgesBefore);
  return { ...search, judgesBefore: null, place: null };
}

async function matchSegments(model: string, { registry, store, logger }: LabelMatching, keys: readonly string[]): Promise<void> {
  const ids = await Promise.all(
    keys.map(async (key) => {
      try {
        return (await (await Segment.open(await store.get(key))).read(['id'])).map(({ id }) => id);
      } catch (error) {
        // Removed between listing and reading; or no Parquet file: whatever it held cannot be told any more.
        if (error instanceof PawlError && error.code !== 'PAWL_OBJECT_NOT_FOUND') throw error;
        logger.warn({ err: error, key }, 'a segment of the prediction log cannot be read');
        return [];
      }
    }),
  );
  await matchLabels(registry, model, [...new Set(ids.flat())]);
}

/** `2026-03-01` */
const dateOf = (key: string) => /\/(\d{4}-\d\d-\d\d)\//.exec(key)?.[1] ?? '';
const dayBefore = (date: string) => new Date(Date.parse(date) - day).toISOString().slice(0, 10);
