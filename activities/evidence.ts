import { liveGateways } from '../src/registry/gateways.ts';
import { labelsSince } from '../src/registry/labels.ts';
import type { Registry } from '../src/registry/registry.ts';
import { getSpec } from '../src/registry/specs.ts';
import { sumWindows } from '../src/registry/windows.ts';
import { Pairs } from '../src/rollout/pairs.ts';
import type { ArmCounts, Evidence, RolloutPolicy } from '../src/rollout/state.ts';
import { latencyP99 } from '../src/serving/latency-sketch.ts';
import { PredictionTail } from '../src/serving/prediction-tail.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';

/** A gateway that has not reported for so long is not counted, ms. */
const gatewaySilence = 10_000;
/** What is read of a logged prediction: its features are not, and would take most of the time. */
const paired = ['id', 'version', 'revision', 'role', 'score', 'prediction'] as const;
/** Labels read at a time. */
const page = 10_000;
/** Of a champion that is not there. */
const nothing: ArmCounts = { requests: 0, errors: 0, p99: null };

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
  readonly policy: RolloutPolicy;
}

/** Reads what a guard decides on: windows from the registry, pairs from the prediction log joined with labels. */
export class EvidenceReader {
  readonly #source: EvidenceSource;
  readonly #tail: PredictionTail<(typeof paired)[number]>;
  #pairs: Pairs | null = null;
  #labelSeq: number;

  constructor(source: EvidenceSource) {
    this.#source = source;
    this.#labelSeq = source.labelSeq;
    this.#tail = new PredictionTail(source.store, source.model, source.rolloutStartedAt, paired);
  }

  async look(now: number): Promise<Omit<Evidence, 'lapsed'>> {
    const { champion, version, stepStartedAt, policy } = this.#source;
    const errorWindow = policy.rollback_when.find((rule) => rule.error_rate)?.error_rate?.for ?? policy.step.for;
    const pairs = await this.#readPairs();
    return {
      elapsed: now - stepStartedAt,
      champion: champion === null ? nothing : await this.#counts(champion),
      challenger: await this.#counts(version),
      recent: await this.#counts(version, now - errorWindow),
      recentChampion: champion === null ? nothing : await this.#counts(champion, now - errorWindow),
      paired: pairs.counts(),
      ...(policy.strategy === 'bandit' ? { rewards: pairs.rewards(policy.segments === undefined ? 'all' : 'pairs') } : {}),
      inForce: await this.#inForce(),
    };
  }

  /** Of the current step, or of the whole rollout since a moment. */
  async #counts(version: number, since?: number): Promise<ArmCounts> {
    const { registry, model, revision, stepRevision, firstRevision } = this.#source;
    const range =
      since === undefined
        ? { sinceRevision: stepRevision ?? revision }
        : { sinceRevision: firstRevision, since: new Date(since) };
    const sum = await sumWindows(registry, { model, version, ...range });
    return { requests: sum.requests, errors: sum.errors, p99: latencyP99(sum.latency) };
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
