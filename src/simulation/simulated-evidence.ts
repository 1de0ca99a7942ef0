import { shareOf } from '../rollout/course.ts';
import type { Evidence, PairedCounts, RolloutState } from '../rollout/state.ts';
import { asksErrorSegments, recentFor, type StepCounts, stepEvidence } from '../rollout/step-evidence.ts';
import type { Fraction, Milliseconds } from '../spec/quantities.ts';
import type { Random } from '../training/random.ts';
import { RolloutCallers } from './callers.ts';
import { classMetrics, pairKinds } from './class-pairs.ts';
import { binomial, poisson } from './draws.ts';
import { ErrorBursts } from './error-bursts.ts';
import { LabelQueue } from './label-queue.ts';
import { p99Of } from './latency-draws.ts';
import { noNumberSums, numberMetrics } from './number-pairs.ts';
import { RecentCounts } from './recent-counts.ts';
import type { RolloutWorld } from './rollout-world.ts';
import { Runs } from './runs.ts';

/** `correlationTime` of src/stats takes no fewer runs for all there are. */
const fewestRuns = 10;

interface Arm {
  requests: number;
  errors: number;
  latency: Float64Array | null;
}

/** The traffic of one rollout, drawn as time passes, and what a guard would see of it. */
export class SimulatedEvidence {
  readonly #world: RolloutWorld;
  readonly #random: Random;
  readonly #callers: RolloutCallers;
  readonly #labels: LabelQueue;
  readonly #recent: RecentCounts;
  readonly #calm: RecentCounts | null;
  readonly #bursts: ErrorBursts | null;
  /** Of the step. */
  #champion: Arm;
  #challenger: Arm;
  #answered = 0;
  /** Of the rollout. */
  #exposed = 0;
  readonly #segments = new Map<Fraction, { championErrors: number; challengerErrors: number }>();
  /** Pairs that are alike, and those among them that have their label. */
  readonly #differing: Runs;
  readonly #labelRuns: Runs;
  #pairs = 0;
  #disagreements = 0;
  #labelled = 0;
  readonly #kinds = new Float64Array(pairKinds.length);
  readonly #numbers = noNumberSums();
  /** Of the labels so far; null once more have come. */
  #metrics: (ReturnType<typeof classMetrics> & { readonly alike: Readonly<Record<string, number>> }) | null = null;

  constructor(world: RolloutWorld, random: Random) {
    this.#world = world;
    this.#random = random;
    this.#callers = new RolloutCallers(world.volumes, world.profile.callers.withoutKey, random);
    this.#labels = new LabelQueue(world.profile.labels, random);
    this.#recent = new RecentCounts(recentFor(world.policy));
    this.#calm = world.calmWindow === null ? null : new RecentCounts(world.calmWindow);
    const limit = world.policy.rollback_when.find((rule) => rule.error_rate !== undefined)?.error_rate;
    this.#bursts = limit === undefined ? null : new ErrorBursts(limit);
    this.#differing = new Runs(world.profile.answers.alike);
    this.#labelRuns = new Runs(world.profile.answers.alike);
    this.#champion = this.#noRequests('champion');
    this.#challenger = this.#noRequests('challenger');
  }

  /** Counts of a step begin anew. */
  beginStep(): void {
    this.#champion = this.#noRequests('champion');
    this.#challenger = this.#noRequests('challenger');
    this.#answered = 0;
  }

  /**
   * Some time passes.
   * @param now its end, since the rollout began
   * @param perSecond requests
   * @returns the first moment at which the limit of the error rate was passed, with the counts of then
   */
  pass(state: RolloutState, now: Milliseconds, length: Milliseconds, perSecond: number): ReturnType<ErrorBursts['add']> {
    const random = this.#random;
    const { failing } = this.#world;
    const { share, shadowShare } = shareOf(state, this.#world.policy);
    const requests = poisson(random, (perSecond * length) / 1000);
    const own = binomial(random, requests, this.#callers.volumeOf(share));
    const others = requests - own;
    // The side that does not answer is scored beside.
    const beside = { challenger: binomial(random, others, shadowShare), champion: binomial(random, own, shadowShare) };
    const failed = {
      challenger: binomial(random, own, failing.challenger),
      champion: binomial(random, others, failing.champion),
    };
    const passed = {
      champion: {
        requests: others + beside.champion,
        errors: failed.champion + binomial(random, beside.champion, failing.champion),
      },
      challenger: {
        requests: own + beside.challenger,
        errors: failed.challenger + binomial(random, beside.challenger, failing.challenger),
      },
    };
    this.#count(this.#champion, passed.champion, 'champion');
    this.#count(this.#challenger, passed.challenger, 'challenger');
    this.#recent.add(now, passed);
    this.#calm?.add(now, passed);
    this.#answered += own;
    this.#exposed += own;
    this.#callers.answer(own, share);
    if (share > 0 && share < 1) this.#countFirstErrors(failed, share);
    this.#pairUp(now, beside.challenger + beside.champion);
    return this.#bursts?.add(now - length, now, passed, random) ?? null;
  }

  /** @param elapsed since the step began */
  look(elapsed: Milliseconds): Evidence {
    const { policy } = this.#world;
    const recent = this.#recent.sums();
    const counted = stepEvidence(policy, {
      elapsed,
      champion: this.#counts(this.#champion, 'champion'),
      challenger: this.#counts(this.#challenger, 'challenger'),
      recent: { ...recent.challenger, p99: null },
      recentChampion: { ...recent.champion, p99: null },
      answered: this.#answered,
      pairs: { counts: () => this.#paired(), rewards: () => this.#rewards() },
      errorSegments: asksErrorSegments(policy) ? [...this.#segments].map(([share, errors]) => ({ share, ...errors })) : null,
      calm: this.#calm === null ? null : { ...this.#calm.sums().challenger, p99: null },
      inForce: true,
    });
    return { ...counted, lapsed: false };
  }

  /** Requests that the challenger has answered since the rollout began, and callers who made them. */
  exposed(): { readonly requests: number; readonly callers: number } {
    return { requests: this.#exposed, callers: Math.round(this.#callers.answered()) };
  }

  #noRequests(side: 'champion' | 'challenger'): Arm {
    return { requests: 0, errors: 0, latency: this.#world.latency?.[side].empty() ?? null };
  }

  #counts({ requests, errors, latency }: Arm, side: 'champion' | 'challenger'): StepCounts {
    const histogram = latency === null ? [] : (this.#world.latency?.[side].histogram(latency) ?? []);
    return { requests, errors, p99: p99Of(histogram), histogram };
  }

  #count(arm: Arm, { requests, errors }: { requests: number; errors: number }, side: 'champion' | 'challenger'): void {
    arm.requests += requests;
    arm.errors += errors;
    if (arm.latency !== null) this.#world.latency?.[side].add(arm.latency, requests, this.#random);
  }

  #countFirstErrors(failed: { champion: number; challenger: number }, share: Fraction): void {
    const segment = this.#segments.get(share) ?? { championErrors: 0, challengerErrors: 0 };
    segment.championErrors += this.#callers.firstErrors(failed.champion, 'champion', share, this.#random);
    segment.challengerErrors += this.#callers.firstErrors(failed.challenger, 'challenger', share, this.#random);
    this.#segments.set(share, segment);
  }

  /** Requests that both sides have scored, and labels that come of earlier ones. */
  #pairUp(now: Milliseconds, pairs: number): void {
    const random = this.#random;
    const world = this.#world.pairs;
    this.#pairs += pairs;
    this.#disagreements += this.#differing.kinds(pairs, [1 - world.apart, world.apart], random)[1] ?? 0;
    this.#labels.add(now, pairs);
    const labelled = this.#labels.arrived(now);
    if (labelled === 0) return;
    this.#labelled += labelled;
    this.#metrics = null;
    if (world.of === 'numbers') world.errors.add(this.#numbers, labelled, this.#labelRuns, random);
    else {
      const drawn = this.#labelRuns.kinds(labelled, world.kinds, random);
      for (let i = 0; i < this.#kinds.length; i++) this.#kinds[i] = (this.#kinds[i] ?? 0) + (drawn[i] ?? 0);
    }
  }

  #paired(): PairedCounts {
    this.#metrics ??= this.#labelMetrics();
    const alike = { ...this.#metrics.alike, disagreement: this.#alikeOf(this.#pairs) };
    return { pairs: this.#pairs, disagreements: this.#disagreements, ...this.#metrics, alike, scoreShift: null };
  }

  #labelMetrics() {
    const { pairs, metrics, policy } = this.#world;
    const alike = this.#alikeOf(this.#labelled);
    return {
      ...(pairs.of === 'numbers'
        ? numberMetrics(this.#numbers, this.#labelled)
        : classMetrics(this.#kinds, metrics, policy.value)),
      alike: Object.fromEntries(metrics.map((metric) => [metric, alike])),
    };
  }

  /** As it was recorded; a guard reads it off the pairs, of few of which it knows less. */
  #alikeOf(pairs: number): number {
    return Math.max(1, Math.min(this.#labelRuns.length, pairs / fewestRuns));
  }

  #rewards(): NonNullable<Evidence['rewards']> {
    const right = (side: 'championRight' | 'challengerRight') =>
      pairKinds.reduce((sum, kind, i) => sum + (kind[side] ? (this.#kinds[i] ?? 0) : 0), 0);
    const of = (count: number) => ({ right: count, wrong: this.#labelled - count });
    return { champion: of(right('championRight')), challenger: of(right('challengerRight')) };
  }
}
