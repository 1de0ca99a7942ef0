import type { Alarm, StandingAlarm } from '../src/monitoring/state.ts';
import { quick } from './activities.ts';

/** Keeps the registry in step with the alarms that a monitor has standing. */
export class AlarmBook {
  readonly #model: string;
  /** Which stand on record; null before the first time in a run. */
  #onRecord: string | null = null;
  #over = 'no longer so';

  constructor(model: string) {
    this.#model = model;
  }

  /** Others stand than those on record. */
  differs(alarms: readonly Alarm[]): boolean {
    return this.#onRecord !== null && this.#onRecord !== namesOf(alarms);
  }

  /** Why those are over that will not stand any more. */
  nowOver(because: string): void {
    this.#over = because;
  }

  /** What alarms say changes with each look, so while any stands each look is written. */
  async write(standing: readonly StandingAlarm[]): Promise<void> {
    if (standing.length === 0 && this.#onRecord === '') return;
    this.#onRecord = namesOf(standing);
    const told = standing.map(({ kind, raisedAt, because }) => ({ kind, raisedAt, because }));
    await quick.recordAlarms({ model: this.#model, standing: told, over: this.#over });
  }
}

const namesOf = (alarms: readonly StandingAlarm[]) => alarms.map(({ kind, raisedAt }) => `${kind} ${raisedAt}`).join(', ');
