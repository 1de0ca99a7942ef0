import type { Command } from 'commander';
import { getChampion } from '../../registry/champion.ts';
import { listVersions } from '../../registry/versions.ts';
import { versionCosts } from '../../registry/windows.ts';
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
        const [versions, champion, costs] = await Promise.all([
          listVersions(session.registry, model),
          getChampion(session.registry, model),
          versionCosts(session.registry, model),
        ]);
        const value = versions.map((version) => ({
          version: version.version,
          champion: version.version === champion?.version,
          release: version.release,
          copyOf: version.copyOf,
          trainer: version.trainer,
          endpoint: version.incumbent?.url ?? null,
          dataset: version.datasetDigest,
          artifact: version.digest,
          overridden: version.overridden,
          metrics: version.metrics,
          createdAt: version.createdAt.toISOString(),
          cost: costOf(costs.find((cost) => cost.version === version.version)),
        }));
        print(json, value, () =>
          value.length === 0
            ? `${model} has no version yet.`
            : table(
                ['version', 'release', 'trainer', 'registered', 'CPU a row', 'memory', 'metrics'],
                value.map((row) => [
                  `v${row.version}${row.champion ? ' *' : ''}${row.overridden ? ' (gates overridden)' : ''}`,
                  row.release,
                  row.copyOf === null ? row.trainer : `copy of v${row.copyOf}`,
                  when(row.createdAt),
                  row.cost?.cpuMicrosPerRow == null ? '' : `${Number(row.cost.cpuMicrosPerRow.toPrecision(3))} µs`,
                  row.cost === null || row.cost.memoryBytes === 0 ? '' : `${Math.ceil(row.cost.memoryBytes / 2 ** 20)} MiB`,
                  row.endpoint ?? metricsText(row.metrics),
                ]),
              ),
        );
        return exitCodes.done;
      }),
    );
}

/** What a version costs as gateways have measured it; null where none has served it. */
function costOf(cost: Awaited<ReturnType<typeof versionCosts>>[number] | undefined) {
  if (cost === undefined) return null;
  const { cpuMicrosPerRow, memoryBytes, rows } = cost;
  return { cpuMicrosPerRow, memoryBytes, rows };
}
