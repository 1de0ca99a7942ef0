import type { ErrorRow } from '../registry/error-windows.ts';
import { type CountedErrors, countErrors, nothingCounted } from '../rollout/capped-segments.ts';
import { Pairs } from '../rollout/pairs.ts';
import { asksErrorSegments, recentFor, stepEvidence, type StepCounts } from '../rollout/step-evidence.ts';
import type { ArmCounts, Evidence, PairedCounts, RolloutPolicy } from '../rollout/state.ts';
import { addLatency, latencyHistogram, latencyP99, type LatencySums, noLatency } from '../serving/latency-sketch.ts';
import { numberTermsOf } from '../spec/number-terms.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { RolloutRecord } from './rollout-record.ts';

/** Where a step of the replayed rollout begins. */
export interface StepBegin {
  /** ms since 1970 */
  readonly at: number;
  /** The recorded revision that it began with; null where the record has no such step: then everything that ended since counts. */
  readonly revision: number | null;
}

/** Pairs are counted anew once there are so many more, as a part of those there are: a count goes over all of them. */
const worthCounting = 0.005;
/** Gateways have taken up a revision so soon, ms, where nobody asked them anything that would show it. */
const takenUpAfter = 10_000;
/** A decision is on record so long after the look that it was made on, ms, at most. */
const lookedBefore = 1000;

interface Sums {
  requests: number;
  errors: number;
  latency: LatencySums;
}

/** The evidence of a recorded rollout as it was at each moment, for a policy that may be in another step than the one of then. */
export class RolloutEvidence {
  readonly #record: RolloutRecord;
  readonly #policy: RolloutPolicy;
  readonly #pairs: Pairs;
  #added = 0;
  #paired: PairedCounts;
  #errors: CountedErrors = nothingCounted;
  #nextError = 0;
  #step: StepBegin;
  #nextWindow = 0;
  #sums: Readonly<Record<'champion' | 'challenger' | 'answered', Sums>> = noSums();

  constructor(record: RolloutRecord, policy: RolloutPolicy, spec: ModelSpec) {
    const { champion, version: challenger } = record.rollout;
    const { positive } = spec.contract;
    this.#record = record;
    this.#policy = policy;
    this.#step = { at: record.from, revision: record.rollout.steps[0].revision };
    const named = positive === undefined ? {} : { positive };
    const terms = numberTermsOf(spec, policy);
    this.#pairs = new Pairs({ task: spec.task, champion, challenger, ...named, worth: policy.value, terms });
    this.#paired = this.#pairs.counts();
  }

  /** From here on counts are those of another step. */
  begin(step: StepBegin): void {
    this.#step = step;
    this.#sums = noSums();
    this.#nextWindow = 0;
  }

  /** @param now ms since 1970; never less than in the call before */
  async at(now: number): Promise<Omit<Evidence, 'lapsed' | 'heldBack'>> {
    await this.#readPairs(now);
    this.#addWindows(now);
    this.#addErrors(now);
    const policy = this.#policy;
    const calm = policy.step.error_rate;
    const { champion, challenger, answered } = this.#sums;
    const hasChampion = this.#record.rollout.champion !== null;
    const pairs = { counts: () => this.#paired, rewards: (among: 'all' | 'pairs') => this.#pairs.rewards(among) };
    return stepEvidence(policy, {
      elapsed: now - this.#step.at,
      champion: stepCounts(champion),
      challenger: stepCounts(challenger),
      recent: this.#since(now - recentFor(policy), now, 'challenger'),
      recentChampion: this.#since(now - recentFor(policy), now, 'champion'),
      pairs,
      errorSegments: hasChampion && asksErrorSegments(policy) ? this.#errors.segments : null,
      answered: answered.requests,
      calm: calm === undefined ? null : this.#since(now - calm.over, now, 'challenger'),
      inForce: this.#inForce(now),
    });
  }

  /** Requests of callers that the challenger has answered in the whole rollout by then. */
  exposed(now: number): number {
    const { version, champion } = this.#record.rollout;
    const role = champion === null ? 'champion' : 'challenger';
    return this.#record.windows
      .filter((one) => one.until <= now && one.version === version && one.role === role)
      .reduce((sum, { requests }) => sum + requests, 0);
  }

  async #readPairs(now: number): Promise<void> {
    const { log, labels, rollout } = this.#record;
    if (rollout.champion === null) return;
    const first = rollout.steps[0].revision;
    for (const row of await log.upTo(now)) {
      if (row.revision < first) continue;
      this.#pairs.addPrediction(row);
      this.#added++;
    }
    for (const { predictionId, label } of await labels.upTo(now)) {
      this.#pairs.addLabel(predictionId, label);
      this.#added++;
    }
    if (this.#added === 0 || this.#added < worthCounting * this.#paired.pairs) return;
    this.#paired = this.#pairs.counts();
    this.#added = 0;
  }

  #addWindows(now: number): void {
    const { windows, rollout } = this.#record;
    const { at, revision } = this.#step;
    for (; this.#nextWindow < windows.length; this.#nextWindow++) {
      const window = windows[this.#nextWindow];
      if (window === undefined || window.until > now) break;
      if (revision === null ? window.until <= at : window.revision < revision) continue;
      add(this.#sums[window.version === rollout.version ? 'challenger' : 'champion'], window);
      if (window.role === 'challenger') add(this.#sums.answered, window);
    }
  }

  #addErrors(now: number): void {
    const { errors, shares } = this.#record;
    const fresh: ErrorRow[] = [];
    for (; this.#nextError < errors.length; this.#nextError++) {
      const row = errors[this.#nextError];
      if (row === undefined || row.seenAt > now) break;
      fresh.push(row);
    }
    if (fresh.length === 0) return;
    const windows = fresh.map(({ role, ...row }) => ({ ...row, side: role, share: shares.get(row.revision) ?? 0 }));
    this.#errors = countErrors(this.#errors, windows);
  }

  /** Of the whole rollout since a moment. Its p99 is nobody's business. */
  #since(from: number, now: number, side: 'champion' | 'challenger'): ArmCounts {
    const { windows, rollout } = this.#record;
    let [requests, errors] = [0, 0];
    for (let i = this.#nextWindow - 1; i >= 0; i--) {
      const window = windows[i];
      if (window === undefined || window.until <= from) break;
      if (window.until > now || (window.version === rollout.version) !== (side === 'challenger')) continue;
      requests += window.requests;
      errors += window.errors;
    }
    return { requests, errors, p99: null };
  }

  /** The recorded revision of then, at the gateways: from the first window under it on, or when a guard saw it in force. */
  #inForce(now: number): boolean {
    const { windows, rollout } = this.#record;
    const step = rollout.steps.findLast(({ at }) => at <= now) ?? rollout.steps[0];
    if (step.ended?.inForce === false) return false;
    if (now >= step.at + takenUpAfter || (step.ended?.inForce === true && now >= step.ended.at - lookedBefore)) return true;
    return windows.some(({ revision, begunAt }) => revision >= step.revision && begunAt <= now);
  }
}

const noSums = () => ({ champion: nothing(), challenger: nothing(), answered: nothing() });
const nothing = (): Sums => ({ requests: 0, errors: 0, latency: noLatency });

function add(sums: Sums, window: { readonly requests: number; readonly errors: number; readonly latency: LatencySums }): void {
  sums.requests += window.requests;
  sums.errors += window.errors;
  if (window.latency.buckets.length > 0 || window.latency.zeros > 0) sums.latency = addLatency(sums.latency, window.latency);
}

function stepCounts({ requests, errors, latency }: Sums): StepCounts {
  return { requests, errors, p99: latencyP99(latency), histogram: latencyHistogram(latency) };
}
