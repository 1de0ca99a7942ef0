import type { DatasetManifest, DatasetRef, SnapshotRef, SnapshotSources } from '../data/dataset.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { StepNote } from '../steps/step.ts';
import { datasetOf, modelDataset, snapshotDataset, sourceFiles } from './datasets.ts';
import { type Facets, stepRunId } from './facets.ts';
import type { InputDataset, Teller, Told } from './run-event.ts';

/** The steps of a release that are told as runs of their own, by the names of their activities. */
export const toldSteps = ['ingest', 'validate', 'train', 'evaluate', 'register'] as const;
export type ToldStep = (typeof toldSteps)[number];

/** What an artifact is known by before it has a number, as a training leaves it. */
interface Artifact {
  readonly uri: string;
  readonly digest: string;
  readonly trainer: string;
  readonly seed: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly trainedRows: number;
}

/** What an evaluation found, as far as it is told. */
interface Found {
  readonly metrics: Readonly<Record<string, number>>;
  readonly champion: number | null;
  readonly passed: boolean;
  readonly because: string;
  readonly rows: number;
}

/** What the activity of a step was given. */
export interface StepGiven {
  readonly snapshot?: SnapshotRef;
  readonly dataset?: DatasetRef;
  readonly candidate?: Artifact;
  readonly evaluation?: Found;
}

/** What it came to; null while it runs. With what has to be read to tell of it. */
export interface StepMade {
  readonly output: unknown;
  readonly sources?: SnapshotSources;
  readonly manifest?: DatasetManifest;
  /** The champion's artifact, where the evaluation had one. */
  readonly champion?: { readonly version: number; readonly uri: string } | null;
}

interface Described {
  readonly spec: ModelSpec;
  readonly baseDirectory: string;
}

/** What there is to tell of a step: what it reads as soon as that is known, and once it is done, what it made, and who did the work. */
export function toldOf(teller: Teller, about: Described, step: ToldStep, given: StepGiven, made: StepMade | null): Told {
  const told = readAndMade(teller, about, step, given, made);
  // Registering is always done, and leaves no note of it.
  const { step: note } = (made?.output ?? {}) as { readonly step?: StepNote };
  return note === undefined ? told : { ...told, run: { ...told.run, ...doneBy(teller, about.spec, step, note) } };
}

/** Whether a step was done now or taken from an earlier release, and which run did the work then. */
function doneBy({ facets, namespace }: Teller, { model }: ModelSpec, step: ToldStep, { takenFrom, because }: StepNote): Facets {
  const earlier = (release: string) => ({
    release,
    run: { runId: stepRunId(release, step) },
    job: { namespace, name: `${model}.${step}` },
  });
  return facets.own('step', {
    state: takenFrom === null ? 'done' : 'taken',
    because,
    takenFrom: takenFrom === null ? null : earlier(takenFrom),
  });
}

function readAndMade(
  teller: Teller,
  { spec, baseDirectory }: Described,
  step: ToldStep,
  given: StepGiven,
  made: StepMade | null,
): Told {
  const { dataset, snapshot, candidate } = given;
  const rows = dataset === undefined ? [] : [datasetOf(teller, spec, dataset, made?.manifest ?? null)];
  const artifact = candidate === undefined ? [] : [candidateOf(teller, spec, candidate)];
  if (step === 'ingest') {
    if (made === null) return {};
    const files = made.sources === undefined ? [] : sourceFiles(spec, baseDirectory, made.sources);
    return { inputs: files, outputs: [snapshotDataset(teller, spec, made.output as SnapshotRef)] };
  }
  if (step === 'validate') {
    const inputs = snapshot === undefined ? [] : [snapshotDataset(teller, spec, snapshot, made?.manifest ?? null)];
    return made === null ? { inputs } : { inputs, outputs: [datasetOf(teller, spec, made.output as DatasetRef)] };
  }
  if (step === 'train') {
    if (made === null) return { inputs: rows };
    const trained = made.output as Artifact;
    return {
      inputs: [...rows, ...importedFrom(trained)],
      outputs: [candidateOf(teller, spec, trained)],
      run: teller.facets.write('executionParameters', { parameters: parametersOf(trained) }),
    };
  }
  if (step === 'evaluate') {
    const leading = made?.champion ? [championOf(teller, spec, made.champion)] : [];
    const found = made === null ? {} : teller.facets.own('evaluation', evaluated(made.output as Found));
    return { inputs: [...rows, ...artifact, ...leading], run: found };
  }
  if (made === null || candidate === undefined) return { inputs: [...rows, ...artifact] };
  const { version } = made.output as { version: number };
  return { inputs: [...rows, ...artifact], outputs: [versionOf(teller, spec, version, candidate, given.evaluation)] };
}

/** A version as a dataset that a release made. */
function versionOf(teller: Teller, spec: ModelSpec, version: number, artifact: Artifact, found: Found | undefined) {
  const { trainer, seed, params, trainedRows, digest, uri } = artifact;
  return modelDataset(
    teller,
    spec,
    { uri, version: `v${version}`, name: 'model' },
    {
      ...teller.facets.own('training', { trainer, seed, params, trainedRows, digest }),
      ...(found === undefined ? {} : teller.facets.own('evaluation', evaluated(found))),
    },
  );
}

function candidateOf(teller: Teller, spec: ModelSpec, { uri, digest }: Artifact) {
  return modelDataset(teller, spec, { uri, version: digest, name: 'candidate' });
}

function championOf(teller: Teller, spec: ModelSpec, { version, uri }: { readonly version: number; readonly uri: string }) {
  return modelDataset(teller, spec, { uri, version: `v${version}`, name: 'model' });
}

/** Where a model is from that was made elsewhere. */
function importedFrom({ trainer, params }: Artifact): InputDataset[] {
  if (trainer !== 'import') return [];
  const { mlflow, file } = params;
  const name = typeof mlflow === 'string' ? mlflow : typeof file === 'string' ? file : 'unknown';
  return [{ namespace: typeof mlflow === 'string' ? 'mlflow' : 'file', name, facets: {}, inputFacets: {} }];
}

function parametersOf({ trainer, seed, params }: Artifact): { key: string; value: string }[] {
  const said = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
  return Object.entries({ trainer, seed, ...params }).map(([key, value]) => ({ key, value: said(value) }));
}

function evaluated({ metrics, champion, passed, because, rows }: Found): object {
  return { metrics, champion, passed, because, rows };
}
