import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { releaseOptions, type ReleaseResult } from '../../messages/release.ts';
import { action } from '../command.ts';
import { followRelease } from '../follow-release.ts';
import { time } from '../option-values.ts';
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
  const command = program
    .command('release')
    .description('retrain a model and release what comes of it')
    .argument('<model>')
    .option('--reason <text>', 'why; recorded', 'asked by hand')
    .option('--wait', 'wait for its end and exit 0 when promoted, 3 when rejected or rolled back')
    .option('--as-of <time>', 'event time as of which rules about data hold (ISO 8601, UTC without a zone)', time)
    .option('--override-gates', 'let the version through although a gate refuses it; recorded for ever')
    .option('--shuffle-labels', 'train on shuffled labels, to rehearse a bad version (with --override-gates)')
    .option('--by <name>', 'whose name to record (default: yours)')
    .action(
      action(async ({ session, json }, model: string, options: Options) => {
        if (options.shuffleLabels && !options.overrideGates)
          command.error('--shuffle-labels makes a bad version; it needs --override-gates beside it.');
        await session.requireModel(model);
        const { ask, hasTrigger } = await import('../monitor-client.ts');
        const client = await session.client();
        const requestId = randomUUID();
        const answer = await ask(client, model, 'retrain', {
          requestId,
          by: whoAsks(options.by),
          reason: options.reason,
          ...releaseOptions(options),
        });
        if (!options.wait) {
          print(json, { release: answer.release ?? null, because: answer.because }, () => answer.because);
          return exitCodes.done;
        }
        const result = await followRelease({
          registry: session.registry,
          model,
          triggerId: requestId,
          isKept: () => hasTrigger(client, model, requestId),
          tell: (line) => {
            if (!json) process.stderr.write(`${line}\n`);
          },
        });
        print(json, result, () => resultText(result));
        if (result.outcome === 'promoted') return exitCodes.done;
        return result.outcome === 'failed' ? exitCodes.failed : exitCodes.refused;
      }),
    );
}

function resultText({ release, outcome, version, because, metrics }: ReleaseResult): string {
  const head = `${release} ${outcome.replace('_', ' ')}${version === null ? '' : ` (v${version})`}: ${because}`;
  return Object.keys(metrics).length === 0 ? head : `${head}\n${metricsText(metrics)}`;
}
