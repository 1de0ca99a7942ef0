import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { FinalError } from '../../errors.ts';
import { listDrills } from '../../registry/drills.ts';
import { getSpec } from '../../registry/specs.ts';
import { action, type Context } from '../command.ts';
import { drillExit, drillsText, drillText, drillValue } from '../drill-text.ts';
import { exitCodes, print } from '../output.ts';
import { whoAsks } from '../session.ts';

interface Options {
  readonly reason: string;
  readonly wait?: boolean;
  readonly list?: boolean;
  readonly by?: string;
}

export function addDrill(program: Command): void {
  program
    .command('drill')
    .description(
      'rehearse a release with a copy of the champion, and the way back: time to recover, false alarms, ways back that load',
    )
    .argument('<model>')
    .option('--reason <text>', 'why; recorded', 'asked by hand')
    .option('--wait', 'wait for its end and exit 0 when all was as planned, 3 at a false alarm or a way back that is broken')
    .option('--list', 'the drills that there were, and what they say of the policy')
    .option('--by <name>', 'whose name to record (default: yours)')
    .action(
      action(async (context, model: string, options: Options) => {
        await context.session.requireModel(model);
        return options.list ? list(context, model) : drill(context, model, options);
      }),
    );
}

async function list({ session, json }: Context, model: string): Promise<number> {
  const [drills, { spec }] = await Promise.all([listDrills(session.registry, model), getSpec(session.registry, model)]);
  print(json, drills.map(drillValue), () => drillsText(model, drills, spec.release.false_rollbacks));
  return exitCodes.done;
}

async function drill({ session, json }: Context, model: string, { reason, wait, by }: Options): Promise<number> {
  const [{ ask, hasTrigger }, { followRelease }] = await Promise.all([
    import('../monitor-client.ts'),
    import('../follow-release.ts'),
  ]);
  const client = await session.client();
  const requestId = randomUUID();
  const { release, because } = await ask(client, model, 'drill', { requestId, by: whoAsks(by), reason });
  if (!wait) {
    print(json, { drill: release ?? null, because }, () => because);
    return exitCodes.done;
  }
  const { registry } = session;
  const ended = await followRelease({
    registry,
    model,
    triggerId: requestId,
    isKept: () => hasTrigger(client, model, requestId),
    tell: (line) => {
      if (!json) process.stderr.write(`${line}\n`);
    },
  });
  const record = (await listDrills(registry, model)).find((one) => one.release === ended.release);
  if (record === undefined) throw new FinalError('PAWL_RELEASE_NOT_FOUND', `The registry knows no drill ${ended.release}.`);
  const result = { drill: ended.release, ended: record.ended ?? 'failed', because: record.because ?? '' } as const;
  print(json, drillValue(record), () => drillText(result));
  return drillExit(record);
}
