import { createHash } from 'node:crypto';
import type { Code } from '../src/attestation/describe-version.ts';
import { readFrame } from '../src/data/frame.ts';
import { splitHoldout } from '../src/data/holdout.ts';
import type { DatasetRef, Digest } from '../src/data/dataset.ts';
import { asksForTuning, tune, type Tuning } from '../src/evaluation/tune.ts';
import { packageVersion } from '../src/package-root.ts';
import { getChampion } from '../src/registry/champion.ts';
import { getRelease, updateRelease } from '../src/registry/releases.ts';
import { getSpec } from '../src/registry/specs.ts';
import { getVersion } from '../src/registry/versions.ts';
import { codeDigest } from '../src/training/command/code-digest.ts';
import { trainByCommand } from '../src/training/command/trainer.ts';
import { shuffledLabels } from '../src/training/shuffled-labels.ts';
import type { TrainingControl } from '../src/training/trainer.ts';
import { trainers } from '../src/training/trainers.ts';
import type { Dependencies } from './dependencies.ts';
import { cancellation, heartbeat } from './progress.ts';

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
  /** What made it. Candidates of before there were attestations lack it. */
  readonly code?: Code;
}

/** Checkpoints carry their position in front, so that the story can say where a training went on. */
const header = 8;

/** Runs on training workers. Deterministic, so a second attempt of a finished one writes the same artifact. */
export function createTrainActivities({ registry, store, logger }: Dependencies) {
  /** The champion's artifact as a local file; null where there is no champion, or it is an endpoint. */
  async function championFile(model: string, folder: string) {
    const champion = await getChampion(registry, model);
    const record = champion === null ? null : await getVersion(registry, model, champion.version);
    if (record === null || record.incumbent !== null) return null;
    return { version: record.version, path: await store.localPath(record.uri, folder) };
  }

  return {
    async train(input: { release: string; model: string; dataset: DatasetRef; shuffleLabels: boolean }): Promise<Candidate> {
      heartbeat({ phase: 'read', done: 0, total: 1 });
      await updateRelease(registry, input.release, { stage: 'train' });
      const release = await getRelease(registry, input.release);
      const { spec, baseDirectory } = await getSpec(registry, input.model, release.specDigest);
      const frame = await readFrame(store, input.dataset.uri, spec);
      const { train } = splitHoldout(frame, spec.evaluation.holdout);
      const { seed, params, trainer: name } = spec.training;
      const before = input.shuffleLabels ? shuffledLabels(train, seed) : train;
      const split = asksForTuning(spec) ? splitHoldout(before, spec.evaluation.tune_on) : null;
      const rows = split?.train ?? before;

      const checkpointKey = `checkpoints/${input.release}/${input.dataset.digest.slice(7, 19)}.bin`;
      const saved = (await store.exists(checkpointKey)) ? Buffer.from(await store.get(checkpointKey)) : null;
      const resumedFrom = saved === null ? 0 : Number(saved.readBigUInt64LE(0));
      if (saved !== null) logger.info({ release: input.release, resumedFrom }, 'training goes on from its checkpoint');

      const job = { task: spec.task, frame: rows, params, seed };
      const control: TrainingControl = {
        signal: cancellation(),
        ...(saved === null ? {} : { checkpoint: saved.subarray(header) }),
        onProgress: heartbeat,
        async onCheckpoint(bytes, progress) {
          const framed = Buffer.alloc(header + bytes.length);
          framed.writeBigUInt64LE(BigInt(progress.done), 0);
          framed.set(bytes, header);
          await store.put(checkpointKey, framed);
        },
      };
      const { command = [] } = spec.training;
      // Before it runs: what it leaves was made by the files as they are now.
      const digestOfCode = name === 'command' ? { digest: await codeDigest(command, baseDirectory) } : {};
      const dataset = { digest: input.dataset.digest, rows: input.dataset.rows };
      const prior = (folder: string) => championFile(input.model, folder);
      const model =
        name === 'command'
          ? await trainByCommand(job, { spec, baseDirectory, release: input.release, dataset, prior }, control)
          : await trainers[name].train(job, control);
      const tuned = split === null ? null : await tune(model.onnx, split.holdout, spec);
      const onnx = tuned?.onnx ?? model.onnx;
      const digest: Digest = `sha256:${createHash('sha256').update(onnx).digest('hex')}`;
      const uri = await store.put(`artifacts/${digest.slice(7)}.onnx`, onnx);
      await store.delete(checkpointKey);
      return {
        uri,
        digest,
        trainer: name,
        seed,
        params: model.params,
        importances: model.importances,
        trainedRows: rows.rows,
        resumedFrom,
        code: { pawl: packageVersion(), ...digestOfCode },
        ...(tuned === null ? {} : { tuning: tuned.tuning }),
      };
    },
  };
}
