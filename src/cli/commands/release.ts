import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { ReleaseResult } from '../../messages/release.ts';
import type { Registry } from '../../registry/registry.ts';
import { getRelease } from '../../registry/releases.ts';
import { getTrigger } from '../../registry/triggers.ts';
import { action } from '../command.ts';
import { ask } from '../monitor-client.ts';
import { exitCodes, metricsText, print } from '../output.ts';
import { whoAsks } from '../session.ts';

interface Options {
  readonly reason: string;
  readonly wait?: boolean;
  readonly by?: string;
  readonly asOf?: string;
  readonly overrideGates?: boolean;
  readonly shuffleLabels?: boolean;
}

export function addRelease(program: Command): void {
  program
    .command('release')
    .description('retrain a model and release what comes of it')
    .argument('<model>')
    .option('--reason <text>', 'why; recorded', 'asked by hand')
    .option('--wait', 'wait for its end and exit 0 when promoted, 3 when rejected or rolled back')
    .option('--as-of <time>', 'event time as of which rules about data hold (ISO 8601)')
    .option('--override-gates', 'let the version through although a gate refuses it; recorded for ever')
    .option('--shuffle-labels', 'train on shuffled labels, to rehearse a bad version (with --override-gates)')
    .option('--by <name>', 'whose name to record (default: yours)')
    .action(
      action(async ({ session, json }, model: string, options: Options) => {
        const requestId = randomUUID();
        const answer = await ask(await session.client(), model, 'retrain', {
          requestId,
          by: whoAsks(options.by),
          reason: options.reason,
          ...(options.asOf === undefined ? {} : { asOf: options.asOf }),
          ...(options.overrideGates === undefined ? {} : { overrideGates: options.overrideGates }),
          ...(options.shuffleLabels === undefined ? {} : { shuffleLabels: options.shuffleLabels }),
        });
        if (!options.wait) {
          print(json, { release: answer.release ?? null, because: answer.because }, () => answer.because);
          return exitCodes.done;
        }
        const result = await awaitRelease(session.registry, requestId, (line) => {
          if (!json) process.stderr.write(`${line}\n`);
        });
        print(
          json,
          result,
          () =>
            `${result.release} ${result.outcome.replace('_', ' ')}${result.version === null ? '' : ` (v${result.version})`}: ${result.because}\n${metricsText(result.metrics)}`,
        );
        return result.outcome === 'promoted'
          ? exitCodes.done
          : result.outcome === 'failed'
            ? exitCodes.failed
            : exitCodes.refused;
      }),
    );
}

/** Follows a trigger to the end of the release that it led to, telling each stage as it comes. */
export async function awaitRelease(registry: Registry, triggerId: string, tell: (line: string) => void): Promise<ReleaseResult> {
  let stage = '';
  for (;;) {
    const trigger = await getTrigger(registry, triggerId);
    const release = trigger?.release ? await getRelease(registry, trigger.release) : null;
    if (release !== null && release.outcome !== null) {
      const { id, outcome, version, because, metrics } = release;
      return { release: id, outcome, version, because: because ?? '', metrics: metrics ?? {} };
    }
    if (release?.stage && release.stage !== stage) {
      stage = release.stage;
      tell(`${release.id}: ${stage}`);
    }
    await sleep(300);
  }
}
