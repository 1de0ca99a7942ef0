import { binOf } from '../monitoring/drift-functions.ts';
import { evidenceIn } from '../monitoring/drift-memory.ts';
import { type DriftReport, driftReport } from '../monitoring/drift-report.ts';
import type { DriftReference } from '../monitoring/drift-reference.ts';
import { measureSample } from '../monitoring/measure-sample.ts';
import { measureCounts, type MeasuredFeature } from '../monitoring/measures.ts';
import type { MonitorMemory } from '../monitoring/memory.ts';
import { acceptedRows } from '../monitoring/shifts.ts';
import type { VersionRecord } from '../registry/versions.ts';
import type { LoggedPrediction } from '../serving/logged-prediction.ts';
import type { ModelSpec } from '../spec/schema.ts';
import { binCount } from '../stats/reference-bins.ts';
import type { ChampionRecords } from './champion-look.ts';
import { falseAlarmsOf } from './false-alarms.ts';
import { loggedColumns } from './sample-look.ts';

/**
 * What a look saw of each feature: the detectors' evidence, and the sample by the measures that people know, against the newest
 * accepted rows, as many of them. Null where there is no prediction to look at, or nothing to compare it with.
 * @param memory what the look left @param at ms since 1970
 */
export async function reportDrift(
  spec: ModelSpec,
  version: VersionRecord,
  { predictions, accepted, reference }: Pick<ChampionRecords, 'predictions' | 'accepted' | 'reference'>,
  memory: MonitorMemory | undefined,
  at: number,
): Promise<DriftReport | null> {
  const sample = predictions.slice(-spec.monitor.sample);
  const newest = sample.at(-1)?.id;
  if (newest === undefined || accepted === null) return null;
  const rows = Object.entries(await accepted(acceptedRows(spec.monitor.sample)));
  const compared = Object.fromEntries(rows.map(([name, values]) => [name, Array.from(values).slice(-spec.monitor.sample)]));
  const measures = measureSample(compared, loggedColumns(spec, sample), spec.contract.features);
  const { drift } = reference;
  const watched = memory?.drift !== undefined && memory.drift.reference === drift?.name ? memory.drift : null;
  const every = falseAlarmsOf(spec.monitor).drift;
  return driftReport(
    {
      at,
      version: version.version,
      newest,
      sampled: sample.length,
      accepted: Math.max(0, ...Object.values(compared).map((values) => values.length)),
    },
    {
      importances: version.importances,
      evidence: watched === null || drift === null ? [] : evidenceIn(watched, drift.reference, every, at),
      measures,
      score: drift === null ? null : measureAnswers(drift.reference, 'score', sample, version.version),
      mix: drift === null ? null : measureAnswers(drift.reference, 'prediction', sample, version.version),
    },
  );
}

/** The version's own scores, or predicted classes, in the bins of those of the accepted rows: the reference keeps no more of them. */
function measureAnswers(
  { columns }: DriftReference,
  what: 'score' | 'prediction',
  sample: readonly LoggedPrediction[],
  version: number,
): MeasuredFeature | null {
  const column = columns.find(({ of }) => of === what);
  const own = sample.filter((row) => row.version === version);
  if (column === undefined || own.length === 0) return null;
  const { name, bins } = column;
  const counts = new Array<number>(binCount(bins)).fill(0);
  for (const row of own) {
    const bin = binOf(bins, row[what]);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return measureCounts(name, bins, counts);
}
