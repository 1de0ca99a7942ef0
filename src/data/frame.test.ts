import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SourceFolder, specOf } from '../../test/source-folder.ts';
import type { ModelSpec } from '../spec/schema.ts';
import { readFrame } from './frame.ts';
import { readRows } from './rows.ts';

let folder: SourceFolder;
beforeEach(async () => {
  folder = await SourceFolder.make();
});
afterEach(() => folder.remove());

const few = 'rows: { at_least: 1 }';
const frameOf = async (spec: ModelSpec) => readFrame(folder.store, (await folder.dataset(spec)).uri, spec);

describe('readFrame', () => {
  it('brings numbers, booleans and categories into memory in the order of the contract, missing values as NaN and -1', async () => {
    await folder.write('data.csv', 'at,k,n,f,y\n2026-01-02,b,0.1,true,7\n2026-01-01,,,,8\n2026-01-03,Ä,2,false,9\n');
    const all = 'nullable: 50%';
    const spec = specOf(
      `{ timestamp: at, label: y, features: { n: { type: number, ${all} }, k: { type: category, ${all} }, f: { type: boolean, ${all} } }, ${few} }`,
    );
    expect(await frameOf(spec)).toEqual({
      rows: 3,
      features: ['n', 'k', 'f'],
      columns: {
        n: { type: 'number', values: Float32Array.of(NaN, 0.1, 2) },
        k: { type: 'category', codes: Int32Array.of(-1, 0, 1), levels: ['b', 'Ä'] },
        f: { type: 'number', values: Float32Array.of(NaN, 1, 0), boolean: true },
      },
      label: Float64Array.of(8, 7, 9),
      classes: null,
      timestamp: Float64Array.of(...['2026-01-01', '2026-01-02', '2026-01-03'].map((day) => Date.parse(day))),
    });
  });

  it.each([
    ['no, yes by their letters', ['yes', 'no', 'yes'], undefined, ['no', 'yes'], [1, 0, 1]],
    ['9, 10 as numbers', ['9', '10', '9'], undefined, ['9', '10'], [0, 1, 0]],
    ['the positive class that the contract names', ['good', 'bad', 'good'], 'bad', ['good', 'bad'], [0, 1, 0]],
  ])('tells the classes: %s', async (_, labels, positive, classes, codes) => {
    await folder.write('data.csv', `a,y\n${labels.map((label) => `1,${label}`).join('\n')}\n`);
    const named = positive === undefined ? '' : `positive: ${positive}, `;
    const frame = await frameOf(
      specOf(`{ label: y, ${named}features: { a: { type: number } }, ${few} }`, { task: 'binary-classification' }),
    );
    expect([frame.classes, [...frame.label], frame.timestamp]).toEqual([classes, codes, null]);
  });

  it('reads the weights of the contract, where the dataset has them', async () => {
    await folder.write('data.csv', 'a,w,y\n1,2.5,7\n2,1,8\n');
    const spec = (weight: string) => specOf(`{ label: y, ${weight} features: { a: { type: number } }, ${few} }`);
    const weighed = spec('weight: w,');
    expect((await frameOf(weighed)).weight).toEqual(Float64Array.of(2.5, 1));
    expect((await frameOf(weighed)).features).toEqual(['a']);
    const older = await folder.dataset(spec(''));
    expect((await readFrame(folder.store, older.uri, weighed)).weight).toBeUndefined();
  });

  it.each([
    ['by their letters', ['red', 'green', 'blue'], ['blue', 'green', 'red'], [2, 1, 0]],
    ['as numbers', ['10', '9', '2'], ['2', '9', '10'], [2, 1, 0]],
    ['by their letters where one is no number', ['10', '9', 'x'], ['10', '9', 'x'], [0, 1, 2]],
  ])('tells more than two classes in their order: %s', async (_, labels, classes, first) => {
    const rows = Array.from({ length: 10 }, () => labels).flat();
    await folder.write('data.csv', `a,y\n${rows.map((label) => `1,${label}`).join('\n')}\n`);
    const spec = specOf(`{ label: y, features: { a: { type: number } }, ${few} }`, { task: 'multiclass-classification' });
    const frame = await frameOf(spec);
    expect([frame.classes, [...frame.label].slice(0, 3)]).toEqual([classes, first]);
  });

  it('reads the weights of the contract, where the dataset has them', async () => {
    await folder.write('data.csv', 'a,w,y\n1,2.5,7\n2,1,8\n');
    const spec = (weight: string) => specOf(`{ label: y, ${weight} features: { a: { type: number } }, ${few} }`);
    const weighed = spec('weight: w,');
    expect((await frameOf(weighed)).weight).toEqual(Float64Array.of(2.5, 1));
    expect((await frameOf(weighed)).features).toEqual(['a']);
    const older = await folder.dataset(spec(''));
    expect((await readFrame(folder.store, older.uri, weighed)).weight).toBeUndefined();
  });

  it('knows a category that is missing in every row', async () => {
    await folder.write('data.csv', 'k,y\n,1\n,2\n');
    const frame = await frameOf(specOf(`{ label: y, features: { k: { type: category, nullable: 100% } }, ${few} }`));
    expect(frame.columns['k']).toEqual({ type: 'category', codes: Int32Array.of(-1, -1), levels: [] });
  });

  it('keeps the rows of a large dataset in order', async () => {
    await folder.writeParquet(
      'data.parquet',
      "SELECT TIMESTAMP '2026-01-01' + to_seconds(i) AS at, i AS a, 'k' || (i % 300) AS k, i AS y FROM range(250000) t(i) ORDER BY hash(i)",
    );
    const frame = await frameOf(specOf(`{ timestamp: at, label: y, features: { a: { type: number }, k: { type: category } } }`));
    expect(frame.rows).toBe(250_000);
    expect(frame.label.every((value, i) => value === i)).toBe(true);
    const column = frame.columns['k'];
    if (column?.type !== 'category') throw new Error('k is no category');
    expect(column.codes.every((code, i) => column.levels[code] === `k${i % 300}`)).toBe(true);
  });
});

describe('readRows', () => {
  it('gives the newest rows by column, as JSON would carry them', async () => {
    await folder.write('data.csv', 'at,k,n,f,y\n2026-01-02,b,0.1,true,7\n2026-01-01,a,5,false,8\n2026-01-03,,,,9\n');
    const all = 'nullable: 50%';
    const spec = specOf(
      `{ timestamp: at, label: y, features: { n: { type: number, ${all} }, k: { type: category, ${all} }, f: { type: boolean, ${all} } }, ${few} }`,
    );
    const { uri } = await folder.dataset(spec);
    expect(await readRows(folder.store, uri, spec, { newest: 2 })).toEqual({ n: [0.1, null], k: ['b', null], f: [true, null] });
    expect((await readRows(folder.store, uri, spec, { newest: 100 }))['n']).toEqual([5, 0.1, null]);
  });
});
