import { access, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { FinalError } from '../../errors.ts';
import { action } from '../command.ts';
import { exitCodes, print } from '../output.ts';

export function addInit(program: Command): void {
  program
    .command('init')
    .description('read a CSV or Parquet file and write a commented pawl.yaml that applies as it is')
    .argument('<data>', 'the file')
    .option('--out <file>', 'where to write', 'pawl.yaml')
    .option('--force', 'replace a file that is there')
    .action(
      action(async ({ json }, data: string, options: { out: string; force?: boolean }) => {
        const there = await access(options.out).then(
          () => true,
          () => false,
        );
        if (there && !options.force) throw new FinalError('PAWL_FILE_EXISTS', `${options.out} is there already.`);
        const [{ inferSpec }, { parseSpec }] = await Promise.all([import('../../data/infer.ts'), import('../../spec/parse.ts')]);
        const source = await inferSpec(data, options.out);
        const spec = parseSpec(source, options.out);
        await writeFile(options.out, source).catch((cause: unknown) => {
          throw new FinalError('PAWL_FILE_UNWRITABLE', `${options.out} cannot be written: ${(cause as Error).message}.`, {
            cause,
          });
        });
        print(
          json,
          {
            file: options.out,
            model: spec.model,
            task: spec.task,
            label: spec.contract.label,
            features: Object.keys(spec.contract.features),
          },
          () =>
            [
              `Wrote ${options.out}: ${spec.task} of ${spec.contract.label} from ${Object.keys(spec.contract.features).length} columns.`,
              `Read it, then: pawl dev   and, in a second terminal, pawl apply${options.out === 'pawl.yaml' ? '' : ` ${options.out}`}`,
            ].join('\n'),
        );
        return exitCodes.done;
      }),
    );
}
