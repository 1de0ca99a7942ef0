import { liveGateways } from '../src/registry/gateways.ts';
import { labelsSince } from '../src/registry/labels.ts';
import type { Registry } from '../src/registry/registry.ts';
import { getSpec } from '../src/registry/specs.ts';
import { numberTermsOf } from '../src/spec/number-terms.ts';
import { sharesSince } from '../src/registry/error-windows.ts';
import { sumWindows } from '../src/registry/windows.ts';
import type { CountedErrors } from '../src/rollout/capped-segments.ts';
import { Pairs } from '../src/rollout/pairs.ts';
import type { ArmCounts, Evidence, RolloutPolicy } from '../src/rollout/state.ts';
import { asksErrorSegments, recentFor, stepEvidence, type StepCounts } from '../src/rollout/step-evidence.ts';
import { latencyHistogram, latencyP99 } from '../src/serving/latency-sketch.ts';
import { PredictionTail } from '../src/serving/prediction-tail.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { type Counts, noCounts, type Settled, settledCounts, settledErrors } from './settled.ts';

/** A gateway that has not reported for so long is not counted, ms. */
const gatewaySilence = 10_000;
/** What is read of a logged prediction: its features are not, and would take most of the time. */
const paired = ['id', 'at', 'version', 'revision', 'role', 'score', 'prediction'] as const;
/** What the champion did as a side of the rollout: what it was asked by callers who take no part is left out. */
const ofSides = ['champion', 'challenger', 'shadow'] as const;
/** Labels read at a time. */
const page = 10_000;

/** Where the evidence of one step is read from; the numbers are the guard's. */
interface EvidenceSource {
  readonly registry: Registry;
  readonly store: ObjectStore;
  readonly model: string;
  readonly version: number;
  readonly champion: number | null;
  readonly revision: number;
  /** The first one of the step: a bandit's step has several. Absent in rollouts that began before there were bandits. */
  readonly stepRevision?: number;
  readonly firstRevision: number;
  readonly stepStartedAt: number;
  readonly rolloutStartedAt: number;
  readonly labelSeq: number;
  readonly answeringSince?: number;
  readonly policy: RolloutPolicy;
}

/** Reads what a guard decides on: windows from the registry, pairs from the prediction log joined with labels. */
export class EvidenceReader {
  readonly #source: EvidenceSource;
  readonly #tail: PredictionTail<(typeof paired)[number]>;
  #pairs: Pairs | null = null;
  #labelSeq: number;
  readonly #challenger: Settled<Counts>;
  /** Those of callers: not asked as a shadow. */
  readonly #answered: Settled<Counts>;
  /** Null without a champion. */
  readonly #champion: Settled<Counts> | null;
  /** Null before the first look. */
  #errors: Settled<CountedErrors> | null = null;

  constructor(source: EvidenceSource) {
    this.#source = source;
    this.#labelSeq = source.labelSeq;
    this.#tail = new PredictionTail(source.store, source.model, source.rolloutStartedAt, paired);
    const { registry, model, version, champion } = source;
    const step = { model, sinceRevision: source.stepRevision ?? source.revision };
    this.#challenger = settledCounts(registry, { ...step, version });
    this.#answered = settledCounts(registry, { ...step, version, roles: ['challenger'] });
    this.#champion = champion === null ? null : settledCounts(registry, { ...step, version: champion, roles: ofSides });
  }

  async look(now: number): Promise<Omit<Evidence, 'lapsed' | 'heldBack'>> {
    const { stepStartedAt, answeringSince, policy } = this.#source;
    const pairs = await this.#readPairs();
    const [champion, challenger] = [(await this.#champion?.sum()) ?? noCounts, await this.#challenger.sum()];
    const calm = policy.step.error_rate;
    return stepEvidence(policy, {
      elapsed: now - stepStartedAt,
      ...(answeringSince === undefined ? {} : { answeringFor: now - answeringSince }),
      champion: stepCounts(champion),
      challenger: stepCounts(challenger),
      ...(await this.#recent(now - recentFor(policy))),
      pairs,
      errorSegments: await this.#errorSegments(),
      answered: (await this.#answered.sum()).requests,
      calm: calm === undefined ? null : (await this.#recent(now - calm.over)).recent,
      inForce: await this.#inForce(),
    });
  }

  /** Of the whole rollout since a moment. */
  async #recent(since: number): Promise<Pick<Evidence, 'recent' | 'recentChampion'>> {
    const { registry, model, version, champion, firstRevision } = this.#source;
    const range = { model, sinceRevision: firstRevision, since: new Date(since) };
    const of = async (one: number, roles?: typeof ofSides) =>
      armOf(await sumWindows(registry, { ...range, version: one, ...(roles === undefined ? {} : { roles }) }));
    // A first version is the champion of its windows, of callers whoever they are.
    return { recent: await of(version), recentChampion: champion === null ? armOf(noCounts) : await of(champion, ofSides) };
  }

  /** Of the whole rollout; null where no rule asks for them. */
  async #errorSegments(): Promise<CountedErrors['segments'] | null> {
    const { registry, model, champion, version, firstRevision, policy } = this.#source;
    if (champion === null || !asksErrorSegments(policy)) return null;
    this.#errors ??= settledErrors(
      registry,
      { model, champion, challenger: version, sinceRevision: firstRevision },
      await sharesSince(registry, model, firstRevision),
    );
    return (await this.#errors.sum()).segments;
  }

  async #readPairs(): Promise<Pairs> {
    const { registry, model, champion, version, firstRevision } = this.#source;
    if (this.#pairs === null) {
      const { spec } = await getSpec(registry, model);
      this.#pairs = new Pairs({
        task: spec.task,
        champion,
        challenger: version,
        ...(spec.contract.positive === undefined ? {} : { positive: spec.contract.positive }),
        worth: this.#source.policy.value,
        terms: numberTermsOf(spec, this.#source.policy),
      });
    }
    const pairs = this.#pairs;
    if (champion === null) return pairs;
    for (const row of await this.#tail.poll()) if (row.revision >= firstRevision) pairs.addPrediction(row);
    for (;;) {
      const labels = await labelsSince(registry, model, this.#labelSeq, page);
      for (const label of labels) pairs.addLabel(label.predictionId, label.label);
      this.#labelSeq = labels.at(-1)?.seq ?? this.#labelSeq;
      if (labels.length < page) return pairs;
    }
  }

  async #inForce(): Promise<boolean> {
    const { registry, model, revision, version } = this.#source;
    const gateways = await liveGateways(registry, model, gatewaySilence);
    return (
      gateways.length > 0 && gateways.every((gateway) => gateway.revision === revision && gateway.versions.includes(version))
    );
  }
}

function armOf({ requests, errors, latency }: Counts): ArmCounts {
  return { requests, errors, p99: latencyP99(latency) };
}

function stepCounts(counts: Counts): StepCounts {
  return { ...armOf(counts), histogram: latencyHistogram(counts.latency) };
}
