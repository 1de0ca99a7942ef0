import type { Command } from 'commander';
import { getChampion } from '../../registry/champion.ts';
import { listVersions } from '../../registry/versions.ts';
import { action } from '../command.ts';
import { exitCodes, metricsText, print, table, when } from '../output.ts';

export function addVersions(program: Command): void {
  program
    .command('versions')
    .description('every version with its metrics on the rows it was held against')
    .argument('<model>')
    .action(
      action(async ({ session, json }, model: string) => {
        await session.requireModel(model);
        const [versions, champion] = await Promise.all([
          listVersions(session.registry, model),
          getChampion(session.registry, model),
        ]);
        const value = versions.map((version) => ({
          version: version.version,
          champion: version.version === champion?.version,
          release: version.release,
          trainer: version.trainer,
          endpoint: version.incumbent?.url ?? null,
          dataset: version.datasetDigest,
          artifact: version.digest,
          overridden: version.overridden,
          metrics: version.metrics,
          createdAt: version.createdAt.toISOString(),
        }));
        print(json, value, () =>
          value.length === 0
            ? `${model} has no version yet.`
            : table(
                ['version', 'release', 'trainer', 'registered', 'metrics'],
                value.map((row) => [
                  `v${row.version}${row.champion ? ' *' : ''}${row.overridden ? ' (gates overridden)' : ''}`,
                  row.release,
                  row.trainer,
                  when(row.createdAt),
                  row.endpoint ?? metricsText(row.metrics),
                ]),
              ),
        );
        return exitCodes.done;
      }),
    );
}
