import { alarmName } from '../monitoring/alarm.ts';
import type { AlarmKind, StandingAlarm } from '../monitoring/state.ts';
import type { Registry } from './registry.ts';

/** An alarm that stands, as of the monitor's last look. */
export interface OpenAlarm {
  readonly kind: AlarmKind;
  readonly raisedAt: Date;
  readonly because: string;
}

/**
 * Puts on record which alarms of a model stand; those that stood and are not among them are over. Written again it changes nothing.
 * @param input.at wall clock, ms @param input.over why those are over that are
 */
export async function recordAlarms(
  registry: Registry,
  input: { readonly model: string; readonly standing: readonly StandingAlarm[]; readonly over: string; readonly at: number },
): Promise<void> {
  const { model, standing, over, at } = input;
  await registry.db.transaction().execute(async (work) => {
    const rows = standing.map(({ kind, raisedAt, because }) => ({ model, kind, raised_at: new Date(raisedAt), because }));
    if (rows.length > 0) {
      await work
        .insertInto('alarms')
        .values(rows)
        .onConflict((oc) =>
          oc.columns(['model', 'kind', 'raised_at']).doUpdateSet((eb) => ({ because: eb.ref('excluded.because') })),
        )
        .execute();
    }
    const open = await work
      .selectFrom('alarms')
      .select(['kind', 'raised_at'])
      .where('model', '=', model)
      .where('over_at', 'is', null)
      .execute();
    const ended = open.filter(
      (alarm) => !rows.some(({ kind, raised_at: raised }) => kind === alarm.kind && +raised === +alarm.raised_at),
    );
    for (const { kind, raised_at: raised } of ended) {
      await work
        .updateTable('alarms')
        .set({ over_at: new Date(at), over_because: `the ${alarmName[kind]} alarm is over: ${over}` })
        .where('model', '=', model)
        .where('kind', '=', kind)
        .where('raised_at', '=', raised)
        .execute();
    }
  });
}

/** Which kinds of alarm stand at which models. */
export async function allOpenAlarms(registry: Registry): Promise<{ model: string; kind: AlarmKind }[]> {
  return registry.db
    .selectFrom('alarms')
    .select(['model', 'kind'])
    .where('over_at', 'is', null)
    .orderBy('model')
    .orderBy('kind')
    .execute();
}

/** In the order in which they were raised. */
export async function openAlarms(registry: Registry, model: string): Promise<OpenAlarm[]> {
  return registry.db
    .selectFrom('alarms')
    .select(['kind', 'raised_at as raisedAt', 'because'])
    .where('model', '=', model)
    .where('over_at', 'is', null)
    .orderBy('raised_at')
    .orderBy('kind')
    .execute();
}
