import type { Frame } from '../data/dataset.ts';
import { answerFrame } from '../onnx/answer-frame.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { type ReferenceBins, type ReferenceColumn, referenceBins } from '../stats/reference-bins.ts';

/**
 * The bins that a version's windows count in, from rows that were accepted and its own scores of them.
 * @throws FinalError PAWL_FRAME_UNFIT
 */
export async function referenceOf(model: OnnxModel, rows: Frame): Promise<ReferenceBins> {
  const { scores } = await answerFrame(model, rows);
  const columns = model.signature.features.map(({ name, type }): ReferenceColumn => {
    const column = rows.columns[name];
    if (column?.type === 'category')
      return { name, type: 'category', values: Array.from(column.codes, (code) => column.levels[code] ?? '') };
    return { name, type: type === 'boolean' ? 'boolean' : 'number', values: column?.values ?? [] };
  });
  return referenceBins(columns, scores);
}
