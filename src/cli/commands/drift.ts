import { InvalidArgumentError, type Command } from 'commander';
import { newestDriftReport } from '../../registry/drift-reports.ts';
import { getSpec } from '../../registry/specs.ts';
import { FinalError } from '../../errors.ts';
import { action } from '../command.ts';
import { driftText, measuresText } from '../drift-text.ts';
import { exitCodes, print } from '../output.ts';

interface Options {
  readonly from?: string;
  readonly to?: string;
}

export function addDrift(program: Command): void {
  program
    .command('drift')
    .description('how far each feature is from what the champion was accepted on: evidence for an alarm, and the usual measures')
    .argument('<model>')
    .option('--from <file>', 'compare files instead: CSV or Parquet, a folder or a glob; this one is the reference', notEmpty)
    .option('--to <file>', 'the rows that are measured against it', notEmpty)
    .action(
      action(async ({ session, json }, model: string, { from, to }: Options) => {
        if ((from === undefined) !== (to === undefined))
          throw new FinalError('PAWL_USAGE_INVALID', 'Two files are compared: `--from` and `--to` go together.');
        await session.requireModel(model);
        if (from !== undefined && to !== undefined) {
          const { spec } = await getSpec(session.registry, model);
          const { measureFiles } = await import('../../data/measure-files.ts');
          const measured = await measureFiles({ reference: from, sample: to }, spec.contract.features, { exact: true });
          print(json, measured, () => measuresText(measured));
          return exitCodes.done;
        }
        const report = await newestDriftReport(session.registry, model);
        print(json, report, () => (report === null ? nothingYet(model) : driftText(model, report)));
        return exitCodes.done;
      }),
    );
}

/** @throws InvalidArgumentError */
function notEmpty(value: string): string {
  if (value === '') throw new InvalidArgumentError('It takes the name of a file.');
  return value;
}

const nothingYet = (model: string) =>
  `Nothing to compare yet: the monitor of ${model} has not looked at predictions of a version that was accepted on rows of its own.`;
