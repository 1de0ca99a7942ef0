import { getExternalWorkflowHandle, patched, setCurrentDetails, uuid4, workflowInfo } from '@temporalio/workflow';
import type {
  MonitorCarry,
  MonitorInput,
  MonitorStatus,
  PendingTrigger,
  ReleaseEnded,
  ReleaseOpened,
  TimelineEntry,
} from '../src/messages/monitor.ts';
import { workflowId } from '../src/messages/names.ts';
import { releaseOptions, type Trigger } from '../src/messages/release.ts';
import { acceptTrigger, afterRelease, decideMonitor, isCalm } from '../src/monitoring/decide-monitor.ts';
import { drillGivesWay } from '../src/monitoring/drill-gives-way.ts';
import { carriedState } from '../src/monitoring/carried-state.ts';
import { enqueueTrigger, mayStart } from '../src/monitoring/pending-trigger.ts';
import type { MonitorPolicy, MonitorState, Observation } from '../src/monitoring/state.ts';
import { long, quick } from './activities.ts';
import { AlarmBook } from './alarm-book.ts';
import { operatorSignal } from './messages.ts';
import { startUnderLock } from './under-lock.ts';
import { label } from './visibility.ts';
import type { drill } from './drill.ts';
import type { release } from './release.ts';

const remembered = 50;

/** A monitor's memory and its verbs; the workflow file only waits. */
export class Watch {
  readonly model: string;
  #state: MonitorState;
  #pending: PendingTrigger | null;
  #running: ReleaseOpened | null;
  #starting = false;
  /** The trigger that waits for money; looked at again at each tick. */
  #tooDear: string | null = null;
  /** The trigger of which that was told. */
  #told: string | null = null;
  /** The drill that was told to end. */
  #endingDrill: string | null = null;
  /** By trigger; of this run only, because whoever waits is answered before a run ends. */
  readonly #opened = new Map<string, string>();
  #labels = 0;
  readonly recent: TimelineEntry[];
  readonly #alarms: AlarmBook | null;

  constructor({ model, carry }: MonitorInput, { alarmsOnRecord }: { readonly alarmsOnRecord: boolean }) {
    this.model = model;
    this.#alarms = alarmsOnRecord ? new AlarmBook(model) : null;
    this.#state = carriedState(carry?.state);
    this.#pending = carry?.pending ?? null;
    this.#running = carry?.running ?? null;
    this.recent = [...(carry?.recent ?? [])];
  }

  get running(): ReleaseOpened | null {
    return this.#running;
  }

  get paused(): boolean {
    return this.#state.paused;
  }

  /** The release that a trigger has led to, once it has told its number. */
  releaseOf(triggerId: string): string | null {
    return this.#opened.get(triggerId) ?? null;
  }

  /** A release has answered alarms that stand on record. */
  get hasAlarmsToRecord(): boolean {
    return this.#alarms?.differs(this.#state.alarms) ?? false;
  }

  async recordAlarms(): Promise<void> {
    await this.#alarms?.write(this.#state.alarms);
  }

  carry(): MonitorCarry {
    return { state: this.#state, pending: this.#pending, running: this.#running, recent: this.recent };
  }

  status(policy: MonitorPolicy): MonitorStatus {
    const { champion, paused, alarms } = this.#state;
    return { model: this.model, champion, paused, alarms, pending: this.#pending, running: this.#running, policy };
  }

  tell(because: string): void {
    this.recent.push({ at: new Date().toISOString(), because });
    if (this.recent.length > remembered) this.recent.shift();
    const lines = this.recent.slice(-15).map((entry) => `- ${entry.at} ${entry.because}`);
    const champion = this.#state.champion === null ? 'no champion yet' : `v${this.#state.champion} answers`;
    setCurrentDetails(
      `### ${this.model}: ${champion}\n\n${lines.join('\n')}\n\nSignals: \`retrain\`, \`promote\`, \`rollback\`, \`pause\`, \`resume\`, \`approve\`, \`reject\``,
    );
  }

  pause(paused: boolean): void {
    this.#state = { ...this.#state, paused };
  }

  /** At most one trigger waits; the weightier one stays. Returns what became of it. */
  enqueue(trigger: PendingTrigger): string {
    const { pending, because } = enqueueTrigger(this.#pending, trigger);
    this.#pending = pending;
    this.tell(because);
    return because;
  }

  canStart(policy: MonitorPolicy): boolean {
    return this.#mayStart(policy, this.#running !== null || this.#starting);
  }

  /** A trigger waits for a drill only. */
  isDrillInTheWay(policy: MonitorPolicy): boolean {
    const { drill, release } = this.#running ?? {};
    return drill === true && this.#endingDrill !== release && this.#mayStart(policy, false);
  }

  #mayStart({ cooldown }: MonitorPolicy, running: boolean): boolean {
    const { paused, lastReleaseEndedAt } = this.#state;
    if (this.#pending !== null && this.#pending.id === this.#tooDear) return false;
    return mayStart(this.#pending, { running, paused, lastReleaseEndedAt, cooldown, now: Date.now() });
  }

  /** Looks, decides, and does what was decided. */
  async tick(policy: MonitorPolicy): Promise<void> {
    const observation = await long.observe({ model: this.model, memory: this.#state.memory });
    this.#tooDear = null;
    this.#reconcile(observation);
    const moreUrgent = drillGivesWay(this.#state, observation, policy);
    const { state, action, because, told, over, standing } = decideMonitor(this.#state, observation, policy);
    this.#state = state;
    for (const sentence of over) this.tell(sentence);
    if (over.length > 0) this.#alarms?.nowOver(isCalm(policy));
    await this.#alarms?.write(standing);
    for (const alarm of told) await this.#record(alarm.trigger, alarm.because, observation);
    if (moreUrgent !== null) await this.endDrill(moreUrgent);
    if (action.kind === 'none') return;
    const trigger = await this.#record(action.trigger, because, observation);
    if (action.kind === 'retrain') {
      this.#state = acceptTrigger(this.#state, observation);
      this.enqueue(trigger);
    }
    if (action.kind === 'rollback') await this.rollBack(trigger);
    if (action.kind === 'stop') await this.#withdraw(trigger);
  }

  /** An alarm, and what follows from it, on record. */
  async #record(kind: Trigger['kind'], because: string, { memory: _, ...evidence }: Observation): Promise<Trigger> {
    const trigger: Trigger = { id: uuid4(), kind, because, by: 'monitor' };
    this.tell(because);
    await quick.recordTrigger({ ...trigger, model: this.model, evidence });
    return trigger;
  }

  /** What really runs is the truth: a terminated release signals nothing. */
  #reconcile(observation: Observation): void {
    this.#labels = observation.labels;
    if (this.#running !== null && observation.drill === true) this.#running = { ...this.#running, drill: true };
    const lost = this.#running !== null && observation.running === null;
    if (!lost) return;
    if (this.#running?.drill) {
      this.tell(`${this.#running.release}, a drill, no longer runs.`);
      this.#running = null;
      return;
    }
    const last = observation.lastRelease;
    this.tell(`${this.#running?.release} no longer runs${last?.id === this.#running?.release ? `: ${last?.outcome}` : ''}.`);
    this.#running = null;
    this.#alarms?.nowOver(last === null ? 'a release ended' : `${last.id} was ${last.outcome}`);
    this.#state = afterRelease(this.#state, {
      outcome: last?.outcome ?? 'failed',
      champion: observation.champion,
      endedAt: last?.endedAt ?? observation.at,
      labels: observation.labels,
    });
  }

  /** The release as a child that outlives this run. Its id is the lock: where one runs already, the trigger keeps waiting. */
  async startRelease(): Promise<void> {
    const trigger = this.#pending;
    if (trigger === null) return;
    this.#starting = true;
    const { id, kind, because, by } = trigger;
    try {
      const input = { model: this.model, trigger: { id, kind, because, by }, ...releaseOptions(trigger) };
      if (kind !== 'person' && !(await this.#canAfford(input.trigger))) return;
      if (await startUnderLock<typeof release>('release', input, `${kind}, ${because}`)) {
        this.#running ??= { release: workflowId.release(this.model), triggerId: id, by };
        if (this.#pending?.id === id) this.#pending = null;
        label({ trigger: kind });
      } else {
        this.tell('A release that this monitor did not start is running; the trigger waits for its end.');
        this.#running = { release: workflowId.release(this.model), triggerId: '', by: '' };
      }
    } finally {
      this.#starting = false;
    }
  }

  /** The budget of a month holds back what no person asked for. Monitors of before knew it for alarms only. */
  async #canAfford(trigger: Trigger): Promise<boolean> {
    if (!patched('the budget holds every trigger')) return true;
    const { refusal } = await quick.mayAfford({ model: this.model, trigger });
    if (refusal === null) return true;
    this.#tooDear = trigger.id;
    if (this.#told !== trigger.id) this.tell(`a retrain (${trigger.kind}) waits: ${refusal}`);
    this.#told = trigger.id;
    return false;
  }

  /** A drill as a child, under the id of a release. Returns why it could not begin. */
  async startDrill(trigger: Trigger): Promise<string | null> {
    if (this.#running !== null || this.#starting) return 'A release begins.';
    this.#starting = true;
    try {
      if (!(await startUnderLock<typeof drill>('drill', { model: this.model, trigger }, trigger.because)))
        return 'A release that this monitor did not start is running.';
      const { id: triggerId, by } = trigger;
      this.#running ??= { release: workflowId.release(this.model), triggerId, by, drill: true };
      return null;
    } finally {
      this.#starting = false;
    }
  }

  /** A drill gives way to whatever is no drill. */
  async endDrill(because: string): Promise<void> {
    if (this.#running?.drill !== true) return;
    this.#endingDrill = this.#running.release;
    await this.#withdraw({ id: uuid4(), because });
  }

  opened(opened: ReleaseOpened): void {
    this.#running = opened;
    this.#opened.set(opened.triggerId, opened.release);
    this.tell(`${opened.release} runs.`);
  }

  ended(ended: ReleaseEnded): void {
    this.#running = null;
    if (ended.drill) {
      this.tell(`${ended.release}, a drill, ended: ${ended.because}`);
      return;
    }
    this.#state = afterRelease(this.#state, {
      outcome: ended.outcome,
      champion: ended.champion,
      endedAt: ended.endedAt,
      labels: this.#labels,
    });
    this.#alarms?.nowOver(`${ended.release} was ${ended.outcome}`);
    this.tell(`${ended.release} ${ended.outcome}: ${ended.because}`);
  }

  /** The version on trial is rolled back, as when a person says so. */
  async #withdraw({ id, because: reason }: Pick<Trigger, 'id' | 'because'>): Promise<void> {
    const requestId = `${workflowInfo().runId}/${id}`;
    const operator = { action: 'rollback', by: 'monitor', reason, requestId } as const;
    await quick.recordOperation({ ...operator, model: this.model });
    try {
      await getExternalWorkflowHandle(workflowId.release(this.model)).signal(operatorSignal, operator);
    } catch {
      const because = 'Not done: the release had ended.';
      this.tell(because);
      await quick.finishOperation({ requestId, because });
    }
  }

  /** The champion before this one leads again; only while no rollout is open, which would do it itself. */
  async rollBack(trigger: Trigger): Promise<void> {
    if (this.#running !== null) return;
    const requestId = `${workflowInfo().runId}/${trigger.id}`;
    await quick.recordOperation({ model: this.model, action: 'rollback', by: 'monitor', reason: trigger.because, requestId });
    const done = await quick.revertChampion({
      model: this.model,
      action: 'rollback',
      by: 'monitor',
      reason: trigger.because,
      requestId,
    });
    this.#state = { ...this.#state, champion: done.champion };
    this.tell(done.because);
  }
}
