import { attestRegistered } from '../src/attestation/attest-version.ts';
import type { DatasetRef } from '../src/data/dataset.ts';
import { readFrame } from '../src/data/frame.ts';
import { newestRows, splitHoldout } from '../src/data/holdout.ts';
import { FinalError } from '../src/errors.ts';
import { referenceOf } from '../src/evaluation/reference.ts';
import { acceptedRows } from '../src/monitoring/shifts.ts';
import { OnnxModel } from '../src/onnx/model.ts';
import { scoreFrame } from '../src/onnx/score-frame.ts';
import { packageVersion } from '../src/package-root.ts';
import { getRelease, updateRelease } from '../src/registry/releases.ts';
import { getSpec } from '../src/registry/specs.ts';
import { registerVersion } from '../src/registry/versions.ts';
import { digestOf } from '../src/serving/local-cache.ts';
import { rescore } from '../src/serving/rescore.ts';
import type { Dependencies } from './dependencies.ts';
import type { Evaluation } from '../src/evaluation/evaluation.ts';
import { keepAlive } from './progress.ts';
import { asStep } from './step.ts';
import type { Candidate } from './train.ts';

/** Largest allowed difference between evaluation and serving, in the score's own units. */
const tolerance = 1e-4;

interface Registered {
  readonly version: number;
  readonly rescored: number;
  readonly largestDifference: number;
}

/** A candidate becomes a version, when serving says of the evaluation rows what the evaluation said. */
export function createRegisterActivities({ registry, store, logger, signer = null }: Dependencies) {
  return {
    /** @throws ArtifactRefused where a score differs by more than 1e-4. */
    async register(input: {
      release: string;
      model: string;
      dataset: DatasetRef;
      candidate: Candidate;
      evaluation: Evaluation;
    }): Promise<Registered> {
      const stop = keepAlive('register');
      try {
        const { evaluation, dataset } = input;
        const candidate = { ...input.candidate, ...evaluation.artifact };
        await updateRelease(registry, input.release, { stage: 'register' });
        const release = await getRelease(registry, input.release);
        const { spec } = await getSpec(registry, input.model, release.specDigest);
        const { output } = await asStep(
          { registry, store, logger },
          // It depends on nothing that would spare it: each release registers a version of its own.
          {
            name: 'register',
            release,
            spec,
            inputs: () => Promise.resolve({}),
            never: 'each release has its own version',
            left: ({ rescored }: Registered) => ({ objects: [], rows: rescored }),
          },
          async (tools) => {
            const frame = await readFrame(tools.store, dataset.uri, spec);
            const { holdout } = splitHoldout(frame, spec.evaluation.holdout);
            const artifact = await tools.store.get(candidate.uri);
            if (digestOf(artifact) !== candidate.digest)
              throw new FinalError(
                'PAWL_ARTIFACT_DAMAGED',
                `The artifact in the object store has digest ${digestOf(artifact)}, not ${candidate.digest} as evaluated.`,
              );
            const model = await OnnxModel.open(artifact);
            const evaluated = await scoreFrame(model, holdout);
            const reference = await referenceOf(model, newestRows(frame, acceptedRows(spec.monitor.sample)));
            await model.release();
            const served = await rescore(artifact, holdout);
            let largest = 0;
            for (let i = 0; i < evaluated.length; i++)
              largest = Math.max(largest, Math.abs((evaluated[i] ?? NaN) - (served[i] ?? NaN)));
            if (!(largest <= tolerance)) {
              throw new FinalError(
                'PAWL_ARTIFACT_REFUSED',
                `Serving and evaluation differ by up to ${largest} on ${holdout.rows} held-out rows; ${tolerance} is allowed.`,
              );
            }
            const { version } = await registerVersion(registry, {
              model: input.model,
              release: input.release,
              uri: candidate.uri,
              digest: candidate.digest,
              datasetDigest: dataset.digest,
              trainer: candidate.trainer,
              params: candidate.params,
              seed: candidate.seed,
              metrics: evaluation.metrics,
              gates: evaluation.gates,
              importances: candidate.importances,
              holdoutFrom: evaluation.holdoutFrom,
              overridden: !evaluation.passed,
              reference,
              code: candidate.code ?? null,
            });
            await updateRelease(registry, input.release, { version });
            if (signer !== null) {
              const { metrics, champion, championMetrics, gates, passed, holdoutFrom } = evaluation;
              await attestRegistered(
                { registry, signer },
                {
                  model: input.model,
                  version,
                  code: candidate.code ?? { pawl: packageVersion() },
                  evaluation: { metrics, champion, championMetrics, gates: [...gates], passed, holdoutFrom },
                },
              );
            }
            return { version, rescored: holdout.rows, largestDifference: largest };
          },
        );
        return output;
      } finally {
        stop();
      }
    },
  };
}
