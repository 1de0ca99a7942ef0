import { type Selectable, sql } from 'kysely';
import type { StepInputs, StepName, StepObject, Usage } from '../steps/step.ts';
import type { Registry } from './registry.ts';
import { json } from './registry.ts';
import type { Tables } from './tables.ts';

/** A step of a release, and which attempt at it. */
export interface StepKey {
  readonly release: string;
  readonly step: StepName;
  /** Which one, of a step that there are several of; else empty. */
  readonly part: string;
  readonly attempt: number;
}

/** A step that has been done, or taken from another release. */
export interface FinishedStep {
  readonly release: string;
  readonly state: 'done' | 'taken';
  /** What the output was made from, and their digest; null where no later release may take it. */
  readonly inputs: StepInputs;
  readonly inputsDigest: string | null;
  readonly output: unknown;
  readonly objects: readonly StepObject[];
  /** The release that did the work. */
  readonly doneBy: string;
}

/** One attempt at a step, for people. */
export interface StepRecord extends StepKey, Usage {
  readonly state: 'running' | 'done' | 'taken' | 'failed';
  readonly takenFrom: string | null;
  readonly because: string | null;
  readonly rows: number | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

/** A step begins. An attempt that is there already goes on. */
export async function beginStep(
  registry: Registry,
  key: StepKey & {
    readonly model: string;
    readonly project: string | null;
    readonly owner: string;
    readonly tags: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const { tags, ...rest } = key;
  await registry.db
    .insertInto('steps')
    .values({ ...rest, inputs: json({}), tags: json(tags) })
    .onConflict((oc) => oc.columns(['release', 'step', 'part', 'attempt']).doNothing())
    .execute();
}

/** What a step has used so far: what a worker used that is lost later on is known but for the last seconds. */
export async function noteStep(registry: Registry, key: StepKey, usage: Usage): Promise<void> {
  await open(registry, key)
    .set({ ...columnsOf(usage), noted_at: sql<Date>`clock_timestamp()` })
    .execute();
}

/** The end of a step. The first end stands. */
export async function endStep(
  registry: Registry,
  key: StepKey,
  end: Usage & {
    readonly state: 'done' | 'taken' | 'failed';
    readonly inputs: StepInputs;
    /** Null where no later release may take what came of it. */
    readonly inputsDigest: string | null;
    readonly output: unknown;
    readonly objects: readonly StepObject[];
    readonly takenFrom: string | null;
    readonly because: string | null;
    readonly rows: number | null;
  },
): Promise<void> {
  await open(registry, key)
    .set({
      ...columnsOf(end),
      state: end.state,
      inputs: json(end.inputs),
      inputs_digest: end.inputsDigest,
      output: json(end.output),
      objects: json(end.objects),
      taken_from: end.takenFrom,
      because: end.because,
      rows: end.rows,
      noted_at: sql<Date>`clock_timestamp()`,
      ended_at: sql<Date>`clock_timestamp()`,
    })
    .execute();
}

function open(registry: Registry, { release, step, part, attempt }: StepKey) {
  return registry.db
    .updateTable('steps')
    .where('release', '=', release)
    .where('step', '=', step)
    .where('part', '=', part)
    .where('attempt', '=', attempt)
    .where('ended_at', 'is', null);
}

function columnsOf({ cpuMs, wallMs, bytesRead, bytesWritten }: Usage) {
  return {
    cpu_ms: cpuMs,
    wall_ms: wallMs,
    bytes_read: Math.round(bytesRead),
    bytes_written: Math.round(bytesWritten),
  };
}

/** Of the steps of a name that a model's releases have done: the newest that meets what is asked; null where none does. */
export async function findStep(
  registry: Registry,
  model: string,
  step: StepName,
  asked: { readonly inputsDigest?: string; readonly release?: string; readonly notRelease?: string; readonly part?: string } = {},
): Promise<FinishedStep | null> {
  const { inputsDigest, release, notRelease, part = '' } = asked;
  const row = await registry.db
    .selectFrom('steps')
    .selectAll()
    .where('model', '=', model)
    .where('step', '=', step)
    .where('part', '=', part)
    .where('state', 'in', ['done', 'taken'])
    .$if(inputsDigest !== undefined, (query) => query.where('inputs_digest', '=', inputsDigest ?? ''))
    .$if(release !== undefined, (query) => query.where('release', '=', release ?? ''))
    .$if(notRelease !== undefined, (query) => query.where('release', '!=', notRelease ?? ''))
    .orderBy('seq', 'desc')
    .executeTakeFirst();
  return row === undefined ? null : toFinished(row);
}

/** The newest release that came to the end of a step, with all before it; rehearsals with shuffled labels left out. */
export async function lastReleaseThrough(
  registry: Registry,
  { model, step, before }: { readonly model: string; readonly step: StepName; readonly before?: string },
): Promise<string | null> {
  const row = await registry.db
    .selectFrom('steps')
    .innerJoin('releases', 'releases.id', 'steps.release')
    .select('steps.release')
    .where('steps.model', '=', model)
    .where('steps.step', '=', step)
    .where('steps.state', 'in', ['done', 'taken'])
    .where('releases.shuffle_labels', '=', false)
    .$if(before !== undefined, (query) => query.where('steps.release', '!=', before ?? ''))
    .orderBy('releases.number', 'desc')
    .executeTakeFirst();
  return row?.release ?? null;
}

/** Every attempt at every step of a release, in the order in which they began. */
export async function listSteps(registry: Registry, release: string): Promise<StepRecord[]> {
  const rows = await registry.db.selectFrom('steps').selectAll().where('release', '=', release).orderBy('seq').execute();
  return rows.map((row) => ({
    release: row.release,
    step: row.step,
    part: row.part,
    attempt: row.attempt,
    state: row.state,
    takenFrom: row.taken_from,
    because: row.because,
    rows: row.rows,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    ...usageOf(row),
  }));
}

const usageOf = (row: Pick<Selectable<Tables['steps']>, 'cpu_ms' | 'wall_ms' | 'bytes_read' | 'bytes_written'>): Usage => ({
  cpuMs: row.cpu_ms,
  wallMs: row.wall_ms,
  bytesRead: row.bytes_read,
  bytesWritten: row.bytes_written,
});

const toFinished = (row: Selectable<Tables['steps']>): FinishedStep => ({
  release: row.release,
  state: row.state === 'taken' ? 'taken' : 'done',
  inputs: row.inputs,
  inputsDigest: row.inputs_digest,
  output: row.output,
  objects: row.objects,
  doneBy: row.taken_from ?? row.release,
});
