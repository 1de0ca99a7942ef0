import type { Frame } from '../../src/data/dataset.ts';
import type { Task } from '../../src/onnx/signature.ts';

/** Rows to learn from, and others to be judged by. */
export interface Rows {
  readonly train: Frame;
  readonly test: Frame;
}

/** Something to learn, of which each seed gives other rows. */
export interface Problem {
  readonly name: string;
  readonly task: Extract<Task, 'binary-classification' | 'regression'>;
  rows(seed: number): Promise<Rows>;
}
