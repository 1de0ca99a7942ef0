import type { Command } from 'commander';
import { action } from '../command.ts';
import { collected, time } from '../option-values.ts';
import { exitCodes, print } from '../output.ts';
import { readPolicy } from '../spec-file.ts';

interface Options {
  readonly policy?: string;
  readonly set: readonly string[];
  readonly since?: string;
}

export function addBacktest(program: Command): void {
  program
    .command('backtest')
    .description('every recorded rollout and look of the monitor decided again under another policy, and where it differs')
    .argument('<model>')
    .option('--policy <file>', 'a pawl.yaml of the model: its `release` and `monitor` count (default: what is in force)')
    .option('--set <path=value>', 'change a value of the policy, such as release.bake=5m; may be repeated', collected, [])
    .option('--since <time>', 'rollouts that began, and alarms that were raised, at that time or later', time)
    .action(
      action(async ({ session, json }, model: string, options: Options) => {
        await session.requireModel(model);
        const spec = await readPolicy(session.registry, model, options.policy, options.set);
        const [{ backtest }, { backtestText, backtestValue }] = await Promise.all([
          import('../../backtest/backtest.ts'),
          import('../backtest-text.ts'),
        ]);
        const { registry, store } = session;
        const done = await backtest({ registry, store }, spec, {
          since: new Date(options.since ?? 0),
          now: Date.now(),
          onProgress: (line) => {
            if (!json && process.stderr.isTTY) process.stderr.write(`\r\u001B[K${line}`);
          },
        });
        if (!json && process.stderr.isTTY) process.stderr.write('\r\u001B[K');
        print(json, backtestValue(done), () => backtestText(done));
        return exitCodes.done;
      }),
    );
}
