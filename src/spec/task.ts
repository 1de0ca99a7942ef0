import type { Task } from '../onnx/signature.ts';

/** What a model may predict: one of two classes, one of more, or a number. */
export const tasks = ['binary-classification', 'multiclass-classification', 'regression'] as const satisfies readonly Task[];

/** The task that a file names, as far as it names one. */
export function taskIn(file: unknown): Task | null {
  if (typeof file !== 'object' || file === null || !('task' in file)) return null;
  return tasks.find((task) => task === file.task) ?? null;
}
