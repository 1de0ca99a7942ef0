import { createHash } from 'node:crypto';
import type { DatasetRef, SnapshotRef } from '../data/dataset.ts';
import { canonical } from '../spec/digest.ts';
import { askedOf } from '../spec/number-terms.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { Fact, StepInput, StepInputs } from './step.ts';

/** Facts of one input that are kept for people; of a larger one only the digest is. */
const mostFacts = 300;
/** Longest text of a fact. */
const longest = 60;

/** Settings as an input: equal where the values are, whatever the order of their keys. Facts are its leaves, by their paths. */
export function settings(value: object): StepInput {
  const facts = Object.fromEntries(leaves(value, ''));
  return {
    digest: `sha256:${createHash('sha256').update(canonical(value)).digest('hex')}`,
    facts: Object.keys(facts).length > mostFacts ? {} : facts,
  };
}

function leaves(value: unknown, path: string): [string, Fact][] {
  if (value === undefined) return [];
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return [[path, value]];
  if (typeof value === 'object' && !Array.isArray(value))
    return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return [[path, text.length > longest ? `${text.slice(0, longest - 1)}…` : text]];
}

/** Without some keys. What is not named stays: a key that came later counts until somebody knows that it need not. */
function without<T extends object, K extends keyof T>(value: T, ...keys: readonly K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !(keys as readonly string[]).includes(key))) as Omit<T, K>;
}

/** The features with their order, which is that of the model's inputs, and without what only the prediction log goes by. */
function featuresOf({ features }: ModelSpec['contract']): object {
  const kept = Object.entries(features).map(([name, feature]) => [name, without(feature, 'log')] as const);
  return { ...Object.fromEntries(kept), order: Object.keys(features) };
}

/** What a version is made for: the task and those parts of the contract that learning and scoring go by. */
function learned({ task, contract }: ModelSpec): object {
  return { task, ...without(contract, 'freshness', 'rows', 'quarantine', 'missing', 'unique'), features: featuresOf(contract) };
}

const rowsOf = ({ digest, rows, newest }: Pick<DatasetRef, 'digest' | 'rows' | 'newest'>): StepInput => ({
  digest,
  facts: { rows, newest },
});

/** A version that a step looks at: it is its artifact that counts, and its number that people know. */
const version = (one: { readonly version: number; readonly digest: string } | null): StepInput =>
  one === null
    ? settings({})
    : { digest: settings({ version: one.version, digest: one.digest }).digest, facts: { version: one.version } };

/** Where a step runs and what runs it, as far as it can change what comes out. */
export interface Surroundings {
  readonly code: StepInput;
  readonly environment: StepInput;
}

/** @param source of the files' contents; @param asOf event time as of which the window ends, null for the newest row */
export function ingestInputs(
  spec: ModelSpec,
  { source, asOf, ...surroundings }: Surroundings & { readonly source: StepInput; readonly asOf: string | null },
): StepInputs {
  const { contract, training, evaluation } = spec;
  const columns = without(contract, 'freshness', 'rows', 'quarantine', 'missing', 'positive');
  const { window } = training;
  return {
    source,
    columns: settings({ ...columns, features: Object.keys(contract.features) }),
    window: settings(window === undefined ? {} : { window, holdout: evaluation.holdout }),
    'as of': settings({ asOf }),
    ...surroundings,
  };
}

/** @param now what freshness is measured against, ms since 1970 */
export function validateInputs(
  spec: ModelSpec,
  { snapshot, now, ...surroundings }: Surroundings & { readonly snapshot: SnapshotRef; readonly now: number },
): StepInputs {
  const { contract, task } = spec;
  const { freshness } = contract;
  const { newest } = snapshot;
  // The time itself would differ each time; what matters is what the rule says of it.
  const fresh = freshness === undefined || newest === null || now - Date.parse(newest) <= freshness;
  const sources = createHash('sha256').update(`${snapshot.digest}\n${snapshot.sourcesUri}`).digest('hex');
  return {
    data: { ...rowsOf(snapshot), digest: `sha256:${sources}` },
    contract: settings({ task, ...without(contract, 'freshness'), features: featuresOf(contract) }),
    freshness: settings({ fresh }),
    ...surroundings,
  };
}

/** @param champion the artifact that a trainer may go on from; null for those that never do, and where there is none */
export function trainInputs(
  spec: ModelSpec,
  about: Surroundings & {
    readonly dataset: Pick<DatasetRef, 'digest' | 'rows' | 'newest'>;
    readonly shuffleLabels: boolean;
    readonly champion: { readonly version: number; readonly digest: string } | null;
    readonly params: Readonly<Record<string, unknown>>;
  },
): StepInputs {
  const { training, evaluation } = spec;
  const { dataset, shuffleLabels, champion, code, environment } = about;
  const builtIn = training.trainer !== 'command' && training.trainer !== 'ray';
  const rest = without(
    training,
    'trainer',
    'params',
    'seed',
    'window',
    // What a search has found is among the parameters.
    'search',
    'time_budget',
    'disk',
    'optimize',
    'reuse',
    ...(builtIn ? (['threads'] as const) : []),
  );
  const { tune_on, calibrate, fairness } = evaluation;
  return {
    data: rowsOf(dataset),
    'hold-out': settings({ holdout: evaluation.holdout }),
    contract: settings(learned(spec)),
    trainer: settings({ trainer: training.trainer }),
    parameters: settings(about.params),
    seed: settings({ seed: training.seed }),
    training: settings(rest),
    tuning: settings({ tune_on, calibrate, thresholds: fairness?.thresholds }),
    labels: settings({ shuffled: shuffleLabels }),
    champion: version(champion),
    code,
    environment,
  };
}

/** What the loss of the training asks numbers to be judged by, where it asks for anything. */
function learnedTerms(spec: ModelSpec): object {
  const { quantile, counts } = askedOf(spec);
  return { ...(quantile === null ? {} : { quantile }), ...(counts ? { counts } : {}) };
}

/** @param champion null where there is none */
export function evaluateInputs(
  spec: ModelSpec,
  about: Surroundings & {
    readonly dataset: Pick<DatasetRef, 'digest' | 'rows' | 'newest'>;
    readonly candidate: { readonly digest: string; readonly tuning?: object };
    readonly champion: { readonly version: number; readonly digest: string } | null;
  },
): StepInputs {
  const { dataset, candidate, champion, code, environment } = about;
  return {
    data: rowsOf(dataset),
    contract: settings(learned(spec)),
    evaluation: settings({ ...spec.evaluation, ...learnedTerms(spec) }),
    optimize: settings({ steps: spec.training.optimize }),
    candidate: { digest: settings({ digest: candidate.digest, tuning: candidate.tuning }).digest, facts: {} },
    champion: version(champion),
    code,
    environment,
  };
}

/** Of all inputs together. */
export function inputsDigest(inputs: StepInputs): string {
  const digests = Object.fromEntries(Object.entries(inputs).map(([name, { digest }]) => [name, digest]));
  return `sha256:${createHash('sha256').update(canonical(digests)).digest('hex')}`;
}
