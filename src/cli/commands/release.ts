import { randomUUID } from 'node:crypto';
import { type Command, Option } from 'commander';
import { FinalError } from '../../errors.ts';
import { optionMistakes, releaseOptions, type StartStep, startSteps } from '../../messages/release.ts';
import type { Registry } from '../../registry/registry.ts';
import { lastReleaseThrough } from '../../registry/steps.ts';
import { stepNames } from '../../steps/step.ts';
import { askForRelease } from '../ask-release.ts';
import { action } from '../command.ts';
import { time } from '../option-values.ts';
import { whoAsks } from '../session.ts';

interface Options {
  readonly reason: string;
  readonly wait?: boolean;
  readonly by?: string;
  readonly asOf?: string;
  readonly overrideGates?: boolean;
  readonly shuffleLabels?: boolean;
  readonly from?: StartStep;
  readonly fresh?: boolean;
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
    .addOption(
      new Option('--from <step>', 'begin there: take the steps before as they were in the last release').choices(startSteps),
    )
    .option('--fresh', 'take no step from an earlier release, even where nothing has changed')
    .option('--by <name>', 'whose name to record (default: yours)')
    .action(
      action(async (context, model: string, options: Options) => {
        const mistakes = optionMistakes(options);
        if (mistakes.length > 0) command.error(mistakes.map(asTyped).join(' '));
        await context.session.requireModel(model);
        if (options.from !== undefined) await requireStart(context.session.registry, model, options.from);
        const request = { requestId: randomUUID(), by: whoAsks(options.by), reason: options.reason, ...releaseOptions(options) };
        return askForRelease(context, model, request, options.wait ?? false);
      }),
    );
}

/** Options as they are typed: `overrideGates` is --override-gates. */
function asTyped(mistake: string): string {
  return mistake.replaceAll(/`(\w+)(?:: (\w+))?`/g, (_, name: string, value?: string) => {
    const option = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === undefined ? option : `${option} ${value}`;
  });
}

/** Told at once, and not by a release that fails. @throws FinalError PAWL_STEP_NOT_FOUND */
async function requireStart(registry: Registry, model: string, from: StartStep): Promise<void> {
  const before = stepNames[stepNames.indexOf(from) - 1] ?? 'ingest';
  if ((await lastReleaseThrough(registry, { model, step: before })) !== null) return;
  const why = `No release of ${model} has come to the end of its step ${before}, so none can begin with ${from}.`;
  throw new FinalError('PAWL_STEP_NOT_FOUND', why);
}
