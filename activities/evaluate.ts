import type { DatasetRef, Frame } from '../src/data/dataset.ts';
import { readFrame } from '../src/data/frame.ts';
import { rowsFrom, splitHoldout } from '../src/data/holdout.ts';
import { PawlError } from '../src/errors.ts';
import { answerRows } from '../src/evaluation/answer-rows.ts';
import { type Answers, metricsOf } from '../src/evaluation/answers.ts';
import { checkCounts } from '../src/evaluation/count-mistakes.ts';
import type { Evaluation } from '../src/evaluation/evaluation.ts';
import { decisiveSentence, gatesPassed } from '../src/evaluation/gates.ts';
import { judge } from '../src/evaluation/judge.ts';
import { allIntervals } from '../src/evaluation/metric-intervals.ts';
import { measureLatency } from '../src/onnx/measure-latency.ts';
import { OnnxModel } from '../src/onnx/model.ts';
import { getChampion } from '../src/registry/champion.ts';
import { recordDecision } from '../src/registry/decisions.ts';
import { getRelease, updateRelease } from '../src/registry/releases.ts';
import { getSpec } from '../src/registry/specs.ts';
import { getVersion, type VersionRecord } from '../src/registry/versions.ts';
import { numberTermsOf } from '../src/spec/number-terms.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import { evaluateInputs } from '../src/steps/inputs.ts';
import type { StepNote } from '../src/steps/step.ts';
import { scoringSurroundings } from '../src/steps/surroundings.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { askNewestRows, incumbentAnswers } from './ask-incumbent.ts';
import type { Dependencies } from './dependencies.ts';
import { optimize } from './optimize.ts';
import { keepAlive } from './progress.ts';
import { asStep } from './step.ts';
import type { Candidate } from './train.ts';

/** Rows timed one by one, where a gate is on latency. */
const timedRows = 1000;

/** What is held against what. */
interface Comparison {
  readonly spec: ModelSpec;
  readonly dataset: DatasetRef;
  readonly trained: Candidate;
  readonly champion: VersionRecord | null;
  /** A gate is on latency. */
  readonly isTimed: boolean;
  /** In the place of the trained one. */
  readonly artifact?: Uint8Array;
}

/** Candidate and champion on rows that neither has learned from. What is evaluated is the artifact that would ship. */
export function createEvaluateActivities({ registry, store, logger }: Dependencies) {
  /** Unfit where the champion takes other columns than this dataset has: then no comparison passes, and a person must override. */
  async function championAnswers(
    { incumbent }: VersionRecord,
    model: OnnxModel | null,
    rows: Frame,
    dataset: DatasetRef,
    spec: ModelSpec,
  ): Promise<Answers | 'unfit'> {
    try {
      const terms = numberTermsOf(spec);
      if (model !== null) return await answerRows(model, rows, terms);
      if (incumbent === null) return 'unfit';
      const answers = await askNewestRows(incumbent, { store, uri: dataset.uri, spec, newest: rows.rows });
      return { ...incumbentAnswers(incumbent.signature, rows, answers), terms };
    } catch (error) {
      if (error instanceof PawlError && error.code === 'PAWL_FRAME_UNFIT') return 'unfit';
      throw error;
    }
  }

  /** Both on the rows that neither has learned from. */
  async function compare(store: ObjectStore, comparison: Comparison): Promise<Evaluation> {
    const { spec, dataset, trained, champion, isTimed } = comparison;
    const opened: OnnxModel[] = [];
    const open = async (bytes: Uint8Array) => {
      const model = await OnnxModel.open(bytes);
      opened.push(model);
      return model;
    };
    try {
      const { holdout } = splitHoldout(await readFrame(store, dataset.uri, spec), spec.evaluation.holdout);
      const unseen = champion?.holdoutFrom ? rowsFrom(holdout, Date.parse(champion.holdoutFrom)) : holdout;

      const artifact = comparison.artifact ?? (await store.get(trained.uri));
      const model = await open(artifact);
      const other = champion === null || champion.incumbent !== null ? null : await open(await store.get(champion.uri));
      const terms = numberTermsOf(spec);
      const candidate = await answerRows(model, unseen, terms);
      checkCounts(unseen.label, candidate);
      const theirs = champion === null ? null : await championAnswers(champion, other, unseen, dataset, spec);
      const beside = theirs === 'unfit' ? null : other;
      const [own = null, champions = null] = isTimed
        ? await measureLatency(beside === null ? [model] : [model, beside], unseen, timedRows)
        : [];
      const judgement = await judge(spec, {
        frame: unseen,
        candidate,
        champion: theirs,
        score: (frame) => answerRows(model, frame, terms),
        costs: { bytes: artifact.length, latencies: own, championLatencies: champions },
      });
      const { confidence } = spec.evaluation;
      const inOrder = unseen.timestamp !== null;
      const intervals = await allIntervals({ label: unseen.label, answers: candidate, inOrder, confidence });
      const passed = gatesPassed(judgement.gates);
      const first = unseen.timestamp?.[0];
      return {
        metrics: metricsOf(unseen.label, candidate),
        championMetrics: theirs === null ? null : theirs === 'unfit' ? {} : metricsOf(unseen.label, theirs),
        champion: champion?.version ?? null,
        ...judgement,
        passed,
        because: decisiveSentence(judgement.gates),
        rows: unseen.rows,
        holdoutFrom: first === undefined ? null : new Date(first).toISOString(),
        intervals,
        bytes: artifact.length,
        ...(trained.tuning === undefined ? {} : { tuning: trained.tuning }),
      };
    } finally {
      await Promise.all(opened.map((model) => model.release()));
    }
  }

  /** The same for what the spec asks to be made of the artifact; what does not pass is as it was. */
  async function compareOptimized(store: ObjectStore, comparison: Comparison): Promise<Evaluation> {
    const { spec, dataset, trained } = comparison;
    const evaluation = await compare(store, comparison);
    const steps = spec.training.optimize ?? [];
    if (steps.length === 0 || !evaluation.passed) return evaluation;
    const { train: learned, holdout: unseen } = splitHoldout(await readFrame(store, dataset.uri, spec), spec.evaluation.holdout);
    const before = { artifact: await store.get(trained.uri), evaluation };
    return optimize(store, steps, before, { learned, unseen }, (artifact) => compare(store, { ...comparison, artifact }));
  }

  return {
    async evaluate(input: {
      release: string;
      model: string;
      dataset: DatasetRef;
      candidate: Candidate;
    }): Promise<Evaluation & { step?: StepNote }> {
      const stop = keepAlive('evaluate');
      try {
        await updateRelease(registry, input.release, { stage: 'evaluate' });
        const release = await getRelease(registry, input.release);
        const { spec } = await getSpec(registry, input.model, release.specDigest);
        const leading = await getChampion(registry, input.model);
        const champion = leading === null ? null : await getVersion(registry, input.model, leading.version);
        const { dataset, candidate: trained } = input;
        const isTimed = spec.evaluation.gates.some(({ latency }) => latency !== undefined);
        const { output: evaluation, note: step } = await asStep<Evaluation>(
          { registry, store, logger },
          {
            name: 'evaluate',
            release,
            spec,
            inputs: () =>
              Promise.resolve(evaluateInputs(spec, { dataset, candidate: trained, champion, ...scoringSurroundings() })),
            // An endpoint may answer otherwise than it did, and a machine be slower.
            never: isTimed
              ? 'the latency is measured each time'
              : champion?.incumbent
                ? 'the champion is an endpoint, which is asked each time'
                : null,
            left: ({ rows, artifact }) => ({ objects: artifact === undefined ? [] : [artifact], rows }),
          },
          (tools) => compareOptimized(tools.store, { spec, dataset, trained, champion, isTimed }),
        );
        await recordDecision(registry, {
          key: `${input.release}/gates`,
          model: input.model,
          release: input.release,
          workflow: 'release',
          stage: 'evaluate',
          action: evaluation.passed ? 'pass' : release.overrideGates ? 'override' : 'reject',
          because: evaluation.because,
          evidence: evaluation,
        });
        return { ...evaluation, step };
      } finally {
        stop();
      }
    },
  };
}
