import type { Command } from 'commander';
import { action } from '../command.ts';
import { exitCodes, print } from '../output.ts';
import { whoAsks } from '../session.ts';
import { writeOut } from '../write-out.ts';

export function addExport(program: Command): void {
  program
    .command('export')
    .description('one self-contained HTML file on a release, for an auditor: data, evaluation, rollout, decisions, signatures')
    .argument('<release>', 'its id, such as electricity/12')
    .requiredOption('--out <file>', 'where it is written')
    .option('--by <name>', 'for whom it is made (default: you)')
    .action(
      action(async ({ session, json }, id: string, options: { out: string; by?: string }) => {
        const [{ readRelease }, { releaseReport }] = await Promise.all([
          import('../../evidence/read-release.ts'),
          import('../../evidence/report/release-report.ts'),
        ]);
        const { registry, store, trust } = session;
        const evidence = await readRelease({ registry, store, trust }, id, { at: new Date(), by: whoAsks(options.by) });
        const page = releaseReport(evidence);
        await writeOut(options.out, page);
        const { release, version, signatures } = evidence;
        const holds = signatures === null || typeof signatures === 'string' ? null : signatures.holds;
        const value = {
          file: options.out,
          release: release.id,
          outcome: release.outcome,
          version: version?.version ?? null,
          holds,
        };
        print(json, value, () => `${options.out}: all that is on record of ${release.id}.`);
        return exitCodes.done;
      }),
    );
}
