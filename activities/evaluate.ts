import type { DatasetRef } from '../src/data/dataset.ts';
import { readFrame } from '../src/data/frame.ts';
import { rowsFrom, splitHoldout } from '../src/data/holdout.ts';
import { PawlError } from '../src/errors.ts';
import { checkGates, gatesPassed } from '../src/evaluation/gates.ts';
import type { GateResult } from '../src/evaluation/gates.ts';
import { computeMetrics } from '../src/evaluation/metrics.ts';
import { OnnxModel } from '../src/onnx/model.ts';
import { scoreFrame } from '../src/onnx/score-frame.ts';
import type { Frame } from '../src/data/dataset.ts';
import { getChampion } from '../src/registry/champion.ts';
import { recordDecision } from '../src/registry/decisions.ts';
import { getRelease, updateRelease } from '../src/registry/releases.ts';
import { getSpec } from '../src/registry/specs.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import { getVersion, type VersionRecord } from '../src/registry/versions.ts';
import { askNewestRows, incumbentMetrics } from './ask-incumbent.ts';
import type { Candidate } from './train.ts';
import type { Dependencies } from './dependencies.ts';
import { keepAlive } from './progress.ts';

export interface Evaluation {
  readonly metrics: Readonly<Record<string, number>>;
  /** The champion's metrics on the same rows; null where there is no champion. */
  readonly championMetrics: Readonly<Record<string, number>> | null;
  readonly champion: number | null;
  readonly gates: readonly GateResult[];
  readonly passed: boolean;
  /** A sentence with numbers. */
  readonly because: string;
  readonly rows: number;
  /** Event time of the first held-out row, ISO 8601; null without timestamps. */
  readonly holdoutFrom: string | null;
}

/** Candidate and champion on rows that neither has learned from. What is evaluated is the artifact that would ship. */
export function createEvaluateActivities({ registry, store }: Dependencies) {
  async function metricsOf(uri: string, rows: Frame): Promise<Record<string, number>> {
    const model = await OnnxModel.open(await store.get(uri));
    try {
      return computeMetrics(model.signature.task, rows.label, await scoreFrame(model, rows), model.signature.threshold ?? 0.5);
    } finally {
      await model.release();
    }
  }

  /** Empty where the champion takes other columns than this dataset has: then no comparison passes, and a person must override. */
  async function championMetricsOf(
    { uri, incumbent }: VersionRecord,
    rows: Frame,
    dataset: DatasetRef,
    spec: ModelSpec,
  ): Promise<Record<string, number>> {
    try {
      if (incumbent === null) return await metricsOf(uri, rows);
      const answers = await askNewestRows(incumbent, { store, uri: dataset.uri, spec, newest: rows.rows });
      return incumbentMetrics(incumbent.signature, rows, answers);
    } catch (error) {
      if (error instanceof PawlError && error.code === 'PAWL_FRAME_UNFIT') return {};
      throw error;
    }
  }

  return {
    async evaluate(input: { release: string; model: string; dataset: DatasetRef; candidate: Candidate }): Promise<Evaluation> {
      const stop = keepAlive('evaluate');
      try {
        await updateRelease(registry, input.release, { stage: 'evaluate' });
        const release = await getRelease(registry, input.release);
        const { spec } = await getSpec(registry, input.model, release.specDigest);
        const { holdout } = splitHoldout(await readFrame(store, input.dataset.uri, spec), spec.evaluation.holdout);
        const leading = await getChampion(registry, input.model);
        const champion = leading === null ? null : await getVersion(registry, input.model, leading.version);
        const unseen = champion?.holdoutFrom ? rowsFrom(holdout, Date.parse(champion.holdoutFrom)) : holdout;

        const metrics = await metricsOf(input.candidate.uri, unseen);
        const championMetrics = champion === null ? null : await championMetricsOf(champion, unseen, input.dataset, spec);
        const gates = checkGates({
          gates: spec.evaluation.gates,
          candidate: metrics,
          champion: championMetrics,
          rows: unseen.rows,
        });
        const passed = gatesPassed(gates);
        const decisive = gates.filter((gate) => gate.passed === passed);
        const first = unseen.timestamp?.[0];
        const evaluation: Evaluation = {
          metrics,
          championMetrics,
          champion: champion?.version ?? null,
          gates,
          passed,
          because: decisive.map((gate) => gate.because).join('; '),
          rows: unseen.rows,
          holdoutFrom: first === undefined ? null : new Date(first).toISOString(),
        };
        await recordDecision(registry, {
          key: `${input.release}/gates`,
          model: input.model,
          release: input.release,
          workflow: 'release',
          stage: 'evaluate',
          action: passed ? 'pass' : release.overrideGates ? 'override' : 'reject',
          because: evaluation.because,
          evidence: evaluation,
        });
        return evaluation;
      } finally {
        stop();
      }
    },
  };
}
