import { acceptTrigger, afterRelease, decideMonitor, initialMonitorState } from '../monitoring/decide-monitor.ts';
import type { MonitorState, Observation, TriggerKind } from '../monitoring/state.ts';
import type { RecordedRelease } from '../registry/recorded-releases.ts';
import type { ModelSpec } from '../spec/schema.ts';
import { championLook } from '../watch/champion-look.ts';
import { beginMemory, labelLook } from '../watch/label-look.ts';
import { addUsage, noUsage, type Usage } from '../steps/step.ts';
import { releaseCost } from '../watch/release-cost.ts';
import type { LabelsBetween } from './judged-labels.ts';
import type { MonitorRecord, Reign } from './monitor-record.ts';

/** Something that a monitor records under a policy, and what it does about it. */
export interface ReplayedAlarm {
  /** ms since 1970 */
  readonly at: number;
  readonly kind: TriggerKind;
  readonly action: 'tell' | 'retrain' | 'rollback' | 'stop';
  readonly because: string;
}

const day = 86_400_000;
/** What a log and a clock may be late by, ms, beside the time between two looks. */
const late = 15_000;

/** Two moments are the same as far as the record can tell: it does not say when the monitor looked. */
export function isSameLook(a: number, b: number, every: number): boolean {
  return Math.abs(a - b) <= 2 * every + late;
}

/**
 * Walks through what a monitor saw, tick by tick, and lets the policy decide, by the functions that decide real ones. Champions and
 * releases are the recorded ones throughout: of a retrain that was not on record nobody knows what it would have come to, so it only
 * counts for the cooldown and the week.
 * @param onTick called now and then, with the time reached
 */
export async function replayMonitor(
  record: MonitorRecord,
  spec: ModelSpec,
  onTick: (at: number) => void,
): Promise<ReplayedAlarm[]> {
  const policy = spec.monitor;
  const alarms: ReplayedAlarm[] = [];
  const walk = new Walk(record, spec);
  for (let now = record.from + policy.every; ; now += policy.every) {
    const at = Math.min(now, record.to);
    onTick(at);
    const observation = await walk.observe(at);
    const { state, action, because, told } = decideMonitor(walk.state, observation, policy);
    walk.state = state;
    alarms.push(...told.map(({ trigger, because: why }) => ({ at, kind: trigger, action: 'tell' as const, because: why })));
    if (action.kind !== 'none') alarms.push({ at, kind: action.trigger, action: action.kind, because });
    if (action.kind === 'retrain') walk.retrain(observation);
    if (at === record.to) return alarms;
  }
}

/** A monitor's memory on its way through the record. */
class Walk {
  readonly #record: MonitorRecord;
  readonly #spec: ModelSpec;
  readonly #labels = new Map<string, string>();
  state: MonitorState = initialMonitorState();
  #labelSeq: number;
  #at: number;
  /** Retrains that are not on record, ms since 1970. */
  readonly #retrains: number[] = [];

  constructor(record: MonitorRecord, spec: ModelSpec) {
    this.#record = record;
    this.#spec = spec;
    this.#labelSeq = record.labelSeq;
    this.#at = record.from;
  }

  /** What it saw at a moment. What happened to it since the one before is in its state. */
  async observe(at: number): Promise<Observation> {
    const afterSeq = this.#labelSeq;
    const labels = await this.#record.labels.upTo(at);
    this.#labelSeq = labels.arrived.at(-1)?.seq ?? afterSeq;
    this.#happened(at);
    const { releases, reigns } = this.#record;
    const reign = reigns.findLast(({ from }) => from <= at) ?? reigns[0];
    const running = releases.find((one) => one.startedAt <= at && (one.endedAt === null || one.endedAt > at));
    const last = endedBy(releases, at).at(-1);
    this.#at = at;
    if (reign === undefined) throw new Error('a record without a champion');
    return {
      at,
      champion: reign.leading.version,
      labels: this.#labelSeq,
      running: running?.id ?? null,
      onTrial: running !== undefined && running.onTrialFrom !== null && running.onTrialFrom <= at,
      lastRelease: last === undefined ? null : { id: last.id, outcome: last.outcome ?? 'failed', endedAt: last.endedAt ?? at },
      ...this.#work(at),
      ...(await this.#look(reign, labels, afterSeq, at)),
    };
  }

  /** A retrain was asked for. Where no release on record answered it, it is over at once. */
  retrain(observation: Observation): void {
    this.state = acceptTrigger(this.state, observation);
    const { at } = observation;
    if (this.#record.releases.some(({ startedAt }) => isSameLook(startedAt, at, this.#spec.monitor.every))) return;
    this.#retrains.push(at);
    this.state = { ...this.state, lastReleaseEndedAt: at };
  }

  /** Releases that ended and words that people said since the last look. */
  #happened(at: number): void {
    const { releases, pauses, reigns } = this.#record;
    const since = this.#at;
    for (const { outcome, endedAt } of endedBy(releases, at)) {
      if (endedAt === null || endedAt <= since) continue;
      const champion = reigns.findLast(({ from }) => from <= endedAt)?.leading.version ?? null;
      this.state = afterRelease(this.state, { outcome: outcome ?? 'failed', champion, endedAt, labels: this.#labelSeq });
    }
    const word = pauses.findLast((one) => one.at <= at);
    if (word !== undefined) this.state = { ...this.state, paused: word.paused };
  }

  #work(at: number): Pick<Observation, 'releasesThisWeek' | 'cost'> {
    const begun = (within: number) => this.#record.releases.filter(({ startedAt: s }) => s <= at && s > at - within);
    const took = ({ startedAt, workedUntil, used }: RecordedRelease): Usage =>
      used !== null && (workedUntil ?? Infinity) <= at
        ? used
        : { ...noUsage, wallMs: Math.min(workedUntil ?? at, at) - startedAt };
    const month = begun(30 * day);
    const own = this.#retrains.filter((one) => one > at - 7 * day).length;
    const newest = month.at(-1);
    return {
      releasesThisWeek: begun(7 * day).length + own,
      ...releaseCost(this.#spec, month.map(took).reduce(addUsage, noUsage), newest === undefined ? noUsage : took(newest)),
    };
  }

  #remember(predictionId: string, label: string): void {
    this.#labels.set(predictionId, label);
    const oldest = this.#labels.size > mostLabels ? this.#labels.keys().next().value : undefined;
    if (oldest !== undefined) this.#labels.delete(oldest);
  }

  async #look(reign: Reign, labels: LabelsBetween, afterSeq: number, at: number) {
    const { version, reference, accepted, promotion } = await this.#record.champion(reign);
    const { memory } = this.state;
    const before =
      memory?.champion === version.version
        ? memory
        : beginMemory(this.#spec, version.version, memory?.labelSeq ?? afterSeq, promotion, at);
    const { counts, ...seen } = labelLook(this.#spec, version, before, {
      judged: labels.judged,
      seq: this.#labelSeq,
      heldOut: reference.losses,
      formerMae: promotion?.former.mae ?? null,
      at,
    });
    const { budgets, answers, labelsBefore } = this.#record;
    budgets.judge(version.version, at, counts);
    for (const { predictionId, label } of labels.arrived) this.#remember(predictionId, label);
    const records = {
      predictions: await answers.at(at),
      labelsOf: () => Promise.resolve(this.#labels),
      labelsBefore,
      accepted,
      reference,
      seen,
      budgets: budgets.at(at, version.version),
    };
    return championLook(this.#spec, version, records, memory, at);
  }
}

/** Labels of the newest predictions are among the newest so many. */
const mostLabels = 200_000;

/** In the order of their ends. */
function endedBy(releases: readonly RecordedRelease[], at: number): RecordedRelease[] {
  return releases
    .filter(({ endedAt }) => endedAt !== null && endedAt <= at)
    .toSorted((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0));
}
