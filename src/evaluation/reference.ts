import type { Frame } from '../data/dataset.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { scoreFrame } from '../onnx/score-frame.ts';
import { topClasses } from '../onnx/top-class.ts';
import { type ReferenceBins, type ReferenceColumn, referenceBins } from '../stats/reference-bins.ts';

/**
 * The bins that a version's windows count in, from rows that were accepted and its own scores of them.
 * @throws FinalError PAWL_FRAME_UNFIT
 */
export async function referenceOf(model: OnnxModel, rows: Frame): Promise<ReferenceBins> {
  const { task, classes } = model.signature;
  const all = await scoreFrame(model, rows);
  // Of many classes windows count the probability of the predicted one, as the log does.
  const scores = task === 'multiclass-classification' ? topClasses(all, classes?.length ?? 1).probabilities : all;
  const columns = model.signature.features.map(({ name, type }): ReferenceColumn => {
    const column = rows.columns[name];
    if (column?.type === 'category')
      return { name, type: 'category', values: Array.from(column.codes, (code) => column.levels[code] ?? '') };
    return { name, type: type === 'boolean' ? 'boolean' : 'number', values: column?.values ?? [] };
  });
  return referenceBins(columns, scores);
}
