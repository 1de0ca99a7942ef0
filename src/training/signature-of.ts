import type { ModelSignature, Task } from '../onnx/signature.ts';
import type { Frame } from '../data/dataset.ts';

/** What a graph trained on this frame says of itself. */
export function signatureOf(task: Task, frame: Frame): ModelSignature {
  return {
    format: 1,
    task,
    features: frame.features.map((name) => {
      const column = frame.columns[name];
      return { name, type: column?.type === 'number' && column.boolean === true ? 'boolean' : (column?.type ?? 'number') };
    }),
    classes: frame.classes,
    threshold: task === 'binary-classification' ? 0.5 : null,
  };
}
