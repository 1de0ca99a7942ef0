import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { measureNumbers, measureWindow } from '../monitoring/measures.ts';
import { referenceBins } from '../stats/reference-bins.ts';
import { sortedNumbers } from '../stats/sorted-numbers.ts';
import { summarise } from '../stats/summary.ts';
import { literal, withDuck } from './duckdb.ts';
import { measureFiles } from './measure-files.ts';

const features = {
  colour: { type: 'category' },
  price: { type: 'number' },
  count: { type: 'number' },
  on: { type: 'boolean' },
} as const;
/** More than one chunk of DuckDB's. */
const rows = 5000;
const price = (i: number, shift: number) =>
  i % 50 === 7 ? (i % 100 === 7 ? null : Infinity) : Math.log(((i * 7919) % rows) + 1) + shift;
const count = (i: number, shift: number) => Math.floor(((i * 31) % 100) * (1 + shift));
const on = (i: number, shift: number) => (i % 11 === 0 ? null : (i * 13) % 10 < 3 + 4 * shift);
const colour = (i: number, shift: number) =>
  i % 13 === 0 ? null : i % 3 === 0 ? 'red' : shift > 0 && i % 7 === 0 ? 'new' : 'blue';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-measure-'));
  await withDuck(undefined, async (duck) => {
    for (const [name, shift] of [['reference', 0] as const, ['sample', 0.25] as const]) {
      const cell = (value: number | boolean | string | null) =>
        value === null
          ? 'NULL'
          : typeof value === 'string'
            ? literal(value)
            : typeof value === 'number'
              ? `'${value}'::DOUBLE`
              : String(value);
      const values = Array.from(
        { length: rows },
        (_, i) => `(${[price(i, shift), colour(i, shift), on(i, shift)].map(cell).join(',')},${count(i, shift)})`,
      );
      const table = `(VALUES ${values.join(',')}) AS t(price, colour, "on", count)`;
      await duck.run(`COPY (SELECT * FROM ${table}) TO ${literal(join(folder, `${name}.parquet`))} (FORMAT parquet)`);
    }
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const paths = () => ({ reference: join(folder, 'reference.parquet'), sample: join(folder, 'sample.parquet') });
const values = (of: (i: number, shift: number) => number | boolean | null, shift: number) =>
  Array.from({ length: rows }, (_, i) => Number(of(i, shift) ?? NaN)).map((value) => (Number.isFinite(value) ? value : NaN));
const columnOf = (all: number[]) => {
  const sorted = sortedNumbers(all);
  return { sorted, missing: all.length - sorted.length, summary: summarise(all) };
};

it('measures the columns of two files as their values are measured, in the order of the features', async () => {
  const found = await measureFiles(paths(), features, { exact: true });
  expect(found.map(({ feature }) => feature)).toEqual(Object.keys(features));
  for (const [at, of] of [[1, price] as const, [2, count] as const]) {
    const expected = measureNumbers(found[at]?.feature ?? '', columnOf(values(of, 0)), columnOf(values(of, 0.25)));
    const { reference, sample, wasserstein, ...rest } = expected;
    expect(found[at]).toMatchObject(rest);
    expect(found[at]?.sample.mean).toBeCloseTo(sample.mean ?? NaN, 9);
    expect(found[at]?.reference.standardDeviation).toBeCloseTo(reference.standardDeviation ?? NaN, 9);
    expect(found[at]?.wasserstein?.distance).toBeCloseTo(wasserstein?.distance ?? NaN, 9);
  }
  expect(found[1]?.sample).toMatchObject({ rows, missing: rows / 50 });
});

it('reads CSV as it reads Parquet, where text that is no number is missing', async () => {
  const csv = (name: string) => join(folder, `${name}.csv`);
  await withDuck(undefined, async (duck) => {
    for (const name of ['reference', 'sample']) {
      const from = `SELECT colour, CASE WHEN isfinite(price) THEN price::VARCHAR ELSE '?' END AS price, count, "on" FROM ${literal(join(folder, `${name}.parquet`))}`;
      await duck.run(`COPY (${from}) TO ${literal(csv(name))} (HEADER)`);
    }
  });
  const found = await measureFiles({ reference: csv('reference'), sample: csv('sample') }, features, { exact: true });
  const whole = await measureFiles(paths(), features, { exact: true });
  for (const [i, { feature, psi, chiSquare, ks, sample }] of whole.entries()) {
    expect(found[i]).toMatchObject({ feature, ks, sample: { rows: sample.rows, missing: sample.missing } });
    expect(found[i]?.psi).toBeCloseTo(psi, 9);
    expect(found[i]?.chiSquare.statistic).toBeCloseTo(chiSquare.statistic, 6);
  }
});

it('leaves out what neither file has, and names each column that only one lacks, and files that are not there', async () => {
  const other = { ...features, weight: { type: 'number' } } as const;
  expect((await measureFiles(paths(), other, { exact: true })).map(({ feature }) => feature)).toEqual(Object.keys(features));
  const narrow = join(folder, 'narrow.csv');
  await writeFile(narrow, 'price,weight\n1,2\n');
  const error = await measureFiles({ ...paths(), sample: narrow }, other, { exact: true }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'PAWL_USAGE_INVALID',
    problems: [
      { message: `${paths().reference} has no column weight.` },
      ...['colour', 'count', 'on'].map((name) => ({ message: `${narrow} has no column ${name}.` })),
    ],
  });
  await expect(measureFiles({ ...paths(), sample: 'not-there.csv' }, features, { exact: true })).rejects.toThrow(
    'not-there.csv names no file',
  );
  await expect(measureFiles(paths(), { weight: { type: 'number' } }, { exact: true })).rejects.toThrow(
    'Neither file has a feature of the contract: weight.',
  );
});

it('measures from counts what windows that were counted in the same bins say', async () => {
  const found = await measureFiles(paths(), features, { exact: false });
  const columns = (shift: number) => [
    { name: 'colour', type: 'category' as const, values: Array.from({ length: rows }, (_, i) => colour(i, shift) ?? '') },
    { name: 'price', type: 'number' as const, values: values(price, shift) },
    { name: 'count', type: 'number' as const, values: values(count, shift) },
    { name: 'on', type: 'boolean' as const, values: values(on, shift) },
  ];
  const bins = referenceBins(columns(0), new Float64Array(rows));
  // A window that is the reference itself measures nothing: the two files agree on everything but the sample.
  expect(found.map(({ reference }) => reference.missing)).toEqual(bins.features.map(({ counts }) => counts.at(-1)));
  expect(
    measureWindow(
      bins,
      bins.features.flatMap(({ counts }) => counts),
    ).map(({ psi }) => psi),
  ).toEqual([0, 0, 0, 0]);
  const [colours, prices, , switches] = found;
  expect(prices?.wasserstein?.exact).toBe(false);
  expect(prices?.psi).toBe((await measureFiles(paths(), features, { exact: true }))[1]?.psi);
  expect(switches?.sample.mean).toBeCloseTo(
    values(on, 0.25).filter((x) => x === 1).length / values(on, 0.25).filter((x) => !Number.isNaN(x)).length,
    12,
  );
  expect(colours?.chiSquare.degrees).toBe(3);
  expect(colours?.psi).toBeGreaterThan(0.2);
});
