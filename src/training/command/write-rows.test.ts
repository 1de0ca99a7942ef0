import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generatedFrame } from '../../../test/training/generated-frame.ts';
import { literal, withDuck } from '../../data/duckdb.ts';
import type { Frame } from '../../data/dataset.ts';
import { rowNames } from './job.ts';
import { writeRows } from './write-rows.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-rows-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const made = generatedFrame('binary-classification', 6000);
const frame: Frame = {
  ...made,
  timestamp: Float64Array.from({ length: made.rows }, (_, row) => Date.UTC(2026, 0, 1) + row * 60_000),
  columns: {
    ...made.columns,
    region: {
      type: 'category',
      levels: ['a, "b"', 'c\nd'],
      codes: Int32Array.from({ length: made.rows }, (_, row) => (row % 3) - 1),
    },
  },
};
const weights = Float64Array.from({ length: made.rows }, (_, row) => 1 / (row + 1));
const names = { label: 'repaid', timestamp: 'at', weights: 'weight' };

interface Row {
  readonly at: number;
  readonly signal: number | null;
  readonly absent: null;
  readonly flag: number;
  readonly region: string | null;
  readonly repaid: number;
  readonly weight: number;
}

it.each(['csv', 'parquet'] as const)(
  'rows come out of %s as they went in: numbers to the bit, texts to the letter',
  async (format) => {
    const path = join(folder, `rows.${format}`);
    const told: number[] = [];
    const file = await writeRows(path, format, { frame, weights }, names, (done) => void told.push(done));
    expect(told).toEqual([5000, 6000]);
    expect(file).toMatchObject({ path, format, rows: 6000 });
    expect(file.digest).toBe(
      `sha256:${createHash('sha256')
        .update(await readFile(path))
        .digest('hex')}`,
    );
    expect((await readdir(folder)).filter((name) => name.endsWith('.parquet.csv'))).toEqual([]);

    const reader =
      format === 'csv' ? `read_csv(${literal(path)}, types = {'absent': 'FLOAT', 'signal': 'FLOAT'})` : literal(path);
    const rows = await withDuck(undefined, (duck) =>
      duck.rows<Row>(
        `SELECT CAST(epoch_ms("at") AS DOUBLE) AS "at", signal, absent, flag, region, repaid, weight FROM ${reader}`,
      ),
    );
    const { signal, region, flag } = frame.columns;
    if (signal?.type !== 'number' || flag?.type !== 'number' || region?.type !== 'category') throw new Error('no such columns');
    expect(rows).toHaveLength(6000);
    for (const row of [0, 1, 2, 4999, 5000, 5999]) {
      expect(rows[row]).toMatchObject({
        at: frame.timestamp?.[row],
        absent: null,
        region: region.levels[region.codes[row] ?? -1] ?? null,
        repaid: frame.label[row],
        weight: weights[row],
      });
    }
    expect(rows.map((row) => Math.fround(row.signal ?? NaN))).toEqual([...signal.values]);
    expect(rows.map((row) => row.flag)).toEqual([...flag.values]);
  },
);

it('weights have a column where rows have any, of a name that no other column has', async () => {
  const job = { task: 'regression', frame: { ...frame, features: ['Weight'] }, params: {}, seed: 1 } as const;
  expect(rowNames(job, { label: '_weight' }).weights).toBe(null);
  expect(rowNames({ ...job, weights }, { label: '_weight', timestamp: 'at' })).toEqual({
    label: '_weight',
    timestamp: 'at',
    weights: '__weight',
  });
  const path = join(folder, 'alike.csv');
  await writeRows(path, 'csv', { frame }, { ...names, weights: null }, () => undefined);
  expect((await readFile(path, 'utf8')).split('\n')[0]).toBe('at,signal,noise,constant,absent,flag,region,repaid');
});
