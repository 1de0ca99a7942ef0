import { createHash } from 'node:crypto';
import type { Code } from '../src/attestation/describe-version.ts';
import type { DatasetRef, Digest } from '../src/data/dataset.ts';
import { tune, type Tuning } from '../src/evaluation/tune.ts';
import { packageVersion } from '../src/package-root.ts';
import { findImport } from '../src/registry/imports.ts';
import { getRelease, updateRelease } from '../src/registry/releases.ts';
import { getSpec } from '../src/registry/specs.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import type { StepNote } from '../src/steps/step.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { codeDigest } from '../src/training/command/code-digest.ts';
import { jobOf } from '../src/training/job-of.ts';
import { silentColumns, tellSilent } from '../src/training/silent-columns.ts';
import type { Dependencies } from './dependencies.ts';
import { importCandidate } from './import-candidate.ts';
import { importOfSpec } from './import-model.ts';
import { priorArtifact } from './prior-artifact.ts';
import { cancellation, heartbeat } from './progress.ts';
import { runTraining } from './run-training.ts';
import { asStep } from './step.ts';
import { StoredCheckpoint } from './stored-checkpoint.ts';
import { trainStep } from './train-step.ts';
import { trainingRows } from './training-rows.ts';
import { withParams } from './with-params.ts';

/** What a training leaves behind: references and small facts. */
export interface Candidate {
  readonly uri: string;
  readonly digest: Digest;
  readonly trainer: string;
  readonly seed: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly importances: Readonly<Record<string, number>>;
  readonly trainedRows: number;
  /** Units of work that an earlier, lost attempt had already done; 0 where there was none. */
  readonly resumedFrom: number;
  /** A calibration and thresholds, where the spec asks for them: learned after the training, and inside the artifact. */
  readonly tuning?: Tuning;
  /** What a person would like to know of the training, a sentence each. Earlier candidates lack it. */
  readonly notes?: readonly string[];
  /** What made it. Candidates of before there were attestations lack it. */
  readonly code?: Code;
}

/** What the workflow asks of a training. */
interface TrainInput {
  readonly release: string;
  readonly model: string;
  readonly dataset: DatasetRef;
  readonly shuffleLabels: boolean;
  /** What a search has found, in place of what the spec says. */
  readonly params?: Readonly<Record<string, unknown>>;
}

/** Runs on training workers. Deterministic, so a second attempt of a finished one writes the same artifact. */
export function createTrainActivities({ registry, store, mlflow = null, logger, cluster }: Dependencies) {
  return {
    async train(input: TrainInput): Promise<Candidate & { step?: StepNote }> {
      heartbeat({ phase: 'read', done: 0, total: 1 });
      await updateRelease(registry, input.release, { stage: 'train' });
      const release = await getRelease(registry, input.release);
      const { spec: applied, baseDirectory } = await getSpec(registry, input.model, release.specDigest);
      const spec = withParams(applied, input.params);
      const imported = (await findImport(registry, release.triggerId)) ?? importOfSpec(spec);
      const about = { ...input, spec, baseDirectory, params: spec.training.params };
      const plan = await trainStep(registry, release, { ...about, imported: imported !== null });
      const { output, note: step } = await asStep<Candidate>({ registry, store, logger }, plan, (tools) =>
        imported === null
          ? learn(tools.store, about)
          : importCandidate({ registry, store: tools.store, mlflow }, imported, about),
      );
      // What a lost worker had done is a story of the release that trained it.
      return { ...output, resumedFrom: step.takenFrom === null ? output.resumedFrom : 0, step };
    },
  };

  async function learn(
    store: ObjectStore,
    { spec, baseDirectory, ...input }: TrainInput & { readonly spec: ModelSpec; readonly baseDirectory: string },
  ): Promise<Candidate> {
    const { seed, trainer: name } = spec.training;
    const { rows, tuneOn } = await trainingRows(store, spec, input.dataset, input);
    const checkpoint = await StoredCheckpoint.open(
      store,
      `checkpoints/${input.release}/${input.dataset.digest.slice(7, 19)}.bin`,
    );
    if (checkpoint.resumedFrom > 0)
      logger.info({ release: input.release, resumedFrom: checkpoint.resumedFrom }, 'training goes on from its checkpoint');

    // Labels that were dealt out at random are to be all that it learns.
    const prior = input.shuffleLabels ? {} : await priorArtifact({ registry, store }, input.model, spec);
    const job = { ...jobOf(spec, rows), ...prior };
    const { command = [] } = spec.training;
    // Before it runs: what it leaves was made by the files as they are now.
    const digestOfCode = name === 'command' || name === 'ray' ? { digest: await codeDigest(command, baseDirectory) } : {};
    const { model: modelName, release: releaseId, dataset } = input;
    const order = { spec, baseDirectory, release: releaseId, model: modelName, dataset };
    const outside = { registry, store, ...(cluster === undefined ? {} : { cluster }) };
    const model = await checkpoint.train((control) =>
      runTraining(outside, order, job, { signal: cancellation(), onProgress: heartbeat, ...control }),
    );
    const { resumedFrom, refusal } = checkpoint;
    if (refusal !== null) logger.warn({ release: input.release, refusal }, 'training began anew');
    const tuned = tuneOn === null ? null : await tune(model.onnx, tuneOn, spec);
    const onnx = tuned?.onnx ?? model.onnx;
    const digest: Digest = `sha256:${createHash('sha256').update(onnx).digest('hex')}`;
    const uri = await store.put(`artifacts/${digest.slice(7)}.onnx`, onnx);
    await checkpoint.remove();
    return {
      uri,
      digest,
      trainer: name,
      seed,
      params: model.params,
      importances: model.importances,
      notes: [
        refusal === null ? null : `Trained from the beginning, although a lost worker had begun: ${refusal}`,
        model.because ?? null,
        tellSilent(silentColumns(rows)),
      ].filter((note) => note !== null),
      trainedRows: rows.rows,
      resumedFrom,
      code: { pawl: packageVersion(), ...digestOfCode },
      ...(tuned === null ? {} : { tuning: tuned.tuning }),
    };
  }
}
