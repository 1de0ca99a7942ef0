import { readFrame } from '../data/frame.ts';
import { newestRows } from '../data/holdout.ts';
import { acceptedRows, type Column } from '../monitoring/shifts.ts';
import { answerFrame } from '../onnx/answer-frame.ts';
import { OnnxModel } from '../onnx/model.ts';
import { getDataset } from '../registry/datasets.ts';
import type { Registry } from '../registry/registry.ts';
import type { VersionRecord } from '../registry/versions.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { AcceptedRows } from './row-blocks.ts';

/** The newest rows that a version was accepted on, as drift is measured against them; null where that is not known (an incumbent). */
export async function readAccepted(
  { registry, store }: { readonly registry: Registry; readonly store: ObjectStore },
  spec: ModelSpec,
  version: VersionRecord,
): Promise<AcceptedRows | null> {
  if (version.datasetDigest === null) return null;
  const dataset = await getDataset(registry, version.datasetDigest);
  const frame = newestRows(await readFrame(store, dataset.uri, spec), acceptedRows(spec.monitor.sample));
  const model = await OnnxModel.open(await store.get(version.uri));
  try {
    const columns = Object.entries(frame.columns).map(([name, column]): [string, Column] => [
      name,
      column.type === 'number'
        ? Float64Array.from(column.values)
        : Array.from(column.codes, (code) => column.levels[code] ?? null),
    ]);
    return {
      rows: frame.rows,
      columns: Object.fromEntries(columns),
      scores: Float64Array.from((await answerFrame(model, frame)).scores),
      importances: version.importances,
    };
  } finally {
    await model.release();
  }
}
