import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { Frame, FrameColumn } from '../../src/data/dataset.ts';
import type { Problem, Rows } from './problem.ts';

/** What `rows.json` says of the files beside it, to pawl and to its peers. */
export interface RowsHead {
  readonly task: Problem['task'];
  readonly classes: Frame['classes'];
  readonly features: readonly { readonly name: string; readonly levels: readonly string[] | null }[];
  readonly rows: { readonly train: number; readonly test: number };
}

/**
 * Writes both parts as plain numbers, so that reading them costs every program the same and nothing is parsed: `<part>.columns`
 * holds float32, one column after the other (of a category its codes; missing is NaN), `<part>.label` float64.
 */
export function writeRows(folder: string, task: Problem['task'], { train, test }: Rows): void {
  const features = train.features.map((name) => {
    const column = columnOf(train, name);
    return { name, levels: column.type === 'category' ? column.levels : null };
  });
  const head: RowsHead = { task, classes: train.classes, features, rows: { train: train.rows, test: test.rows } };
  writeFileSync(path.join(folder, 'rows.json'), JSON.stringify(head));
  for (const [part, frame] of Object.entries({ train, test })) {
    writeFileSync(path.join(folder, `${part}.label`), bytesOf(frame.label));
    const file = openSync(path.join(folder, `${part}.columns`), 'w');
    for (const name of frame.features) {
      const column = columnOf(frame, name);
      const values =
        column.type === 'number' ? column.values : Float32Array.from(column.codes, (code) => (code < 0 ? NaN : code));
      writeSync(file, bytesOf(values));
    }
    closeSync(file);
  }
}

/** One part, straight into the memory that it is kept in. */
export function readRows(folder: string, part: 'train' | 'test'): { task: Problem['task']; frame: Frame } {
  const head = JSON.parse(readFileSync(path.join(folder, 'rows.json'), 'utf8')) as RowsHead;
  const rows = head.rows[part];
  const columns: Record<string, FrameColumn> = {};
  const file = openSync(path.join(folder, `${part}.columns`), 'r');
  for (const { name, levels } of head.features) {
    const values = new Float32Array(rows);
    readSync(file, bytesOf(values));
    if (levels === null) columns[name] = { type: 'number', values };
    else columns[name] = { type: 'category', levels, codes: Int32Array.from(values, (code) => (Number.isNaN(code) ? -1 : code)) };
  }
  closeSync(file);
  const label = new Float64Array(rows);
  const labels = openSync(path.join(folder, `${part}.label`), 'r');
  readSync(labels, bytesOf(label));
  closeSync(labels);
  const features = head.features.map(({ name }) => name);
  return { task: head.task, frame: { rows, features, columns, label, classes: head.classes, timestamp: null } };
}

function columnOf(frame: Frame, name: string): FrameColumn {
  const column = frame.columns[name];
  if (column === undefined) throw new RangeError(`The frame has no column ${name}.`);
  return column;
}

function bytesOf(values: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
