import { writeFile } from 'node:fs/promises';
import { InvalidArgumentError, type Command } from 'commander';
import { FinalError } from '../../errors.ts';
import type { SimulationResult } from '../../simulation/simulate.ts';
import { action } from '../command.ts';
import { collected, positiveInteger } from '../option-values.ts';
import { exitCodes, print } from '../output.ts';

interface Options {
  readonly policy?: string;
  readonly set: readonly string[];
  readonly ramps: number;
  readonly seed: number;
  readonly out?: string;
}

export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .description("what a model's policies do on its own traffic: false rollbacks, delays, exposure, false alarms of drift")
    .argument('<model>')
    .option('--policy <file>', 'a pawl.yaml of the model, whose release and monitor count in place of those in force')
    .option('--set <path=value>', 'change a value of the policy, such as release.bake=5m; may be repeated', collected, [])
    .option('--ramps <n>', 'simulated rollouts of each kind of version', positiveInteger, 1000)
    .option('--seed <n>', 'of everything that is drawn: the same seed gives the same numbers', positiveInteger, 1)
    .option('--out <file>', 'a chart too, as .svg or .png', picture)
    .action(
      action(async ({ session, json }, model: string, options: Options) => {
        await session.requireModel(model);
        const { readPolicy } = await import('../spec-file.ts');
        const spec = await readPolicy(session.registry, model, options.policy, options.set);
        const [{ simulateModel }, { simulateText }] = await Promise.all([
          import('../../simulation/simulate.ts'),
          import('../simulate-text.ts'),
        ]);
        const progress = progressLine(json);
        const result = await simulateModel(session, spec, {
          rollouts: options.ramps,
          seed: options.seed,
          onProgress: (what, done, of) => progress.tell(what, done, of),
        });
        progress.end();
        if (options.out !== undefined) await draw(result, options.out);
        print(json, result, () => simulateText(result));
        return exitCodes.done;
      }),
    );
}

/** @throws InvalidArgumentError for a name that is neither of a drawing nor of a picture. */
function picture(value: string): string {
  if (!/\.(?:svg|png)$/i.test(value)) throw new InvalidArgumentError('It takes a file name that ends in .svg or .png.');
  return value;
}

async function draw(result: SimulationResult, file: string): Promise<void> {
  const { simulationChart } = await import('../../simulation/chart.ts');
  const svg = simulationChart(result);
  const drawn = /\.svg$/i.test(file) ? svg : (await import('../../simulation/render-png.ts')).renderPng(svg);
  await writeFile(file, drawn).catch((cause: unknown) => {
    throw new FinalError('PAWL_USAGE_INVALID', `${file} cannot be written.`, { cause });
  });
}

/** One line on stderr that is written over where somebody watches; elsewhere a line for each part. */
function progressLine(json: boolean) {
  const watched = process.stderr.isTTY && !json;
  let told = '';
  return {
    tell(what: 'reading' | 'rollouts' | 'drift', done: number, of: number): void {
      const part = what === 'reading' ? 'reading traffic' : `simulating ${what}`;
      const line = watched && what !== 'reading' ? `${part}: ${Math.floor((100 * done) / of)} %` : part;
      if (json || line === told) return;
      told = line;
      process.stderr.write(watched ? `\r${line.padEnd(longestLine)}` : `${line}\n`);
    },
    end(): void {
      if (watched) process.stderr.write(`\r${' '.repeat(longestLine)}\r`);
    },
  };
}

const longestLine = 30;
