import { dirname } from 'node:path';
import type { Command } from 'commander';
import { leadingIncumbent, registerIncumbent } from '../../registry/incumbent.ts';
import { applySpec, findSpec } from '../../registry/specs.ts';
import { action } from '../command.ts';
import { collected } from '../option-values.ts';
import { exitCodes, print } from '../output.ts';
import { whoAsks } from '../session.ts';
import { readSpecFile } from '../spec-file.ts';

interface Options {
  readonly dryRun?: boolean;
  readonly set: readonly string[];
  readonly by?: string;
}

export function addApply(program: Command): void {
  program
    .command('apply')
    .description('check pawl.yaml, put it in force, start the monitor and keep the schedule in step')
    .argument('[file]', 'path of the file', 'pawl.yaml')
    .option('--dry-run', 'say what would change, change nothing')
    .option('--set <path=value>', 'change a value of the file, such as release.bake=5m; may be repeated', collected, [])
    .option('--by <name>', 'whose name to record (default: yours)')
    .action(
      action(async ({ session, json }, file: string, options: Options) => {
        const { spec, source, path } = await readSpecFile(file, options.set);
        const { specDigest } = await import('../../spec/digest.ts');
        const digest = specDigest(spec);
        const inForce = await findSpec(session.registry, spec.model);
        const change = inForce === null ? 'new' : inForce.digest === digest ? 'unchanged' : 'changed';
        if (options.dryRun) {
          print(
            json,
            { model: spec.model, digest, change, applied: false },
            () => `${spec.model}: ${change}; nothing was applied (--dry-run).`,
          );
          return exitCodes.done;
        }
        const { incumbentConfig } = await import('../incumbent.ts');
        // Before anything is applied: what is wrong with it is a mistake of the file.
        const config = await incumbentConfig(spec, dirname(path));
        const client = await session.client();
        const [{ startMonitor }, { keepSchedules }, { ensureSearchAttributes }] = await Promise.all([
          import('../monitor-client.ts'),
          import('../schedule-client.ts'),
          import('../search-attributes.ts'),
        ]);
        await ensureSearchAttributes(client);
        const by = whoAsks(options.by);
        await applySpec(session.registry, { spec, digest, source, baseDirectory: dirname(path), by });
        const incumbent = config === null ? null : await registerIncumbent(session.registry, { model: spec.model, config, by });
        const stays = config === null ? await leadingIncumbent(session.registry, spec.model) : null;
        const prefix = session.settings.PAWL_TASK_QUEUE;
        const { schedule, drills } = await keepSchedules(client, spec, prefix);
        await startMonitor(client, spec.model, prefix);
        print(json, { model: spec.model, digest, change, applied: true, schedule, drills, incumbent }, () =>
          [
            `${spec.model}: ${change === 'unchanged' ? 'already in force' : `${change}, now in force`} (${digest.slice(0, 19)}).`,
            schedule === 'none'
              ? 'No schedule; its monitor watches.'
              : `Schedule ${schedule}${spec.schedule === undefined ? '' : ` (${spec.schedule} ${spec.time_zone ?? 'UTC'})`}; its monitor watches.`,
            ...(drills === 'none'
              ? []
              : [
                  `Drills: schedule ${drills}${spec.release.drill === undefined ? '' : ` (${spec.release.drill.schedule} ${spec.time_zone ?? 'UTC'})`}.`,
                ]),
            ...(incumbent === null ? [] : [`Champion: ${incumbent.because}.`]),
            ...(stays === null
              ? []
              : [`Champion: v${stays.version}, ${stays.url}, leads on, although the file names no endpoint any more.`]),
            ...(inForce === null ? [`Next: pawl release ${spec.model} --reason "first version" --wait`] : []),
          ].join('\n'),
        );
        return exitCodes.done;
      }),
    );
}
