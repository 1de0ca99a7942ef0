import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SourceFolder } from '../../test/source-folder.ts';
import { FinalError } from '../errors.ts';
import { packageFile } from '../package-root.ts';
import { parseSpec } from '../spec/parse.ts';
import { inferSpec } from './infer.ts';

let folder: SourceFolder;
beforeEach(async () => {
  folder = await SourceFolder.make();
});
afterEach(() => folder.remove());

const inferred = async (name: string, specFile = 'pawl.yaml') => {
  const text = await inferSpec(join(folder.path, name), join(folder.path, specFile));
  return { text, spec: parseSpec(text, 'pawl.yaml') };
};

/** CSV of a header and of rows made by their number. */
const csv = (header: string, rows: number, row: (i: number) => string) =>
  `${header}\n${Array.from({ length: rows }, (_, i) => row(i)).join('\n')}\n`;

describe('inferSpec', () => {
  it('reads names, types, values, ranges and missing values off the cells, and what it writes makes a dataset', async () => {
    await folder.write(
      'Küchen Sales (2).csv',
      csv('id,day,price,load,paid,colour,note,same,sold', 200, (i) =>
        [
          `r${i}`,
          `2026-01-${String(1 + (i % 28)).padStart(2, '0')}T00:00:00Z`,
          i % 10 === 0 ? 'NA' : String(i - 50.5),
          String(i / 200),
          i % 3 === 0,
          i % 40 === 0 ? '?' : ['red', 'no', '7'][i % 3],
          `text ${i}`,
          'x',
          String((i * 7) % 50),
        ].join(','),
      ),
    );
    const { text, spec } = await inferred('Küchen Sales (2).csv');
    expect(spec.model).toBe('ku-chen-sales-2');
    expect([spec.task, spec.contract.label, spec.contract.timestamp]).toEqual(['regression', 'sold', 'day']);
    expect(spec.contract.features).toEqual({
      price: { type: 'number', nullable: 0.2, log: 'keep' },
      load: { type: 'number', min: 0, max: 1, nullable: 0, log: 'keep' },
      paid: { type: 'boolean', nullable: 0, log: 'keep' },
      colour: { type: 'category', values: ['7', 'no', 'red'], unseen: 'allow', nullable: 0.05, log: 'keep' },
    });
    expect(spec.contract.missing).toEqual(['NA', '?']);
    expect(spec.contract.unique).toEqual(['id']);
    for (const left of [
      'id stays out: it names the row',
      'note stays out: it names the row',
      'same stays out: it has one value only',
    ])
      expect(text).toContain(left);
    expect((await folder.dataset(spec)).rows).toBe(200);
  });

  it.each([
    ['a usual name', 'target,a,b', (i: number) => `${i % 2},${i},${i * 2.5}`, 'target', 'binary-classification'],
    ['the last column', 'a,b', (i: number) => `${i},${(i * 3) % 17}`, 'b', 'regression'],
    [
      'the last column that can be predicted',
      'a,churn,comment',
      (i: number) => `${(i * 3) % 17},${i % 2 === 0 ? 'yes' : 'no'},text ${i % 90}`,
      'churn',
      'binary-classification',
    ],
    [
      'the last column, of texts',
      'a,colour',
      (i: number) => `${i},${['red', 'green', 'blue'][i % 3]}`,
      'colour',
      'multiclass-classification',
    ],
    ['small whole numbers of a name', 'a,class', (i: number) => `${i},${1 + (i % 4)}`, 'class', 'multiclass-classification'],
    ['a count', 'a,sold', (i: number) => `${i},${i % 4}`, 'sold', 'regression'],
    ['a text of few rows each: not that', 'a,b,place', (i: number) => `${i},${i * 1.5},place ${i % 20}`, 'b', 'regression'],
  ])('takes for the label %s', async (_, header, row, label, task) => {
    await folder.write('data.csv', csv(header, 100, row));
    const { spec } = await inferred('data.csv');
    expect([spec.contract.label, spec.task]).toEqual([label, task]);
  });

  it('says which classes there are, and where whole numbers could be classes or amounts', async () => {
    await folder.write(
      'data.csv',
      csv('a,same,kind', 100, (i) => `${(i * 7) % 13},${['k1', 'k2', 'k3'][i % 3]},${['red', 'green', 'blue'][i % 3]}`),
    );
    const { text, spec } = await inferred('data.csv');
    expect(text).toContain('label: kind    # the last column; 3 classes: blue, green, red');
    expect(text).toMatch(/same: .*# CHECK: tells kind in every row/);
    expect(text).not.toMatch(/ a: .*CHECK/);
    expect((await folder.dataset(spec)).rows).toBe(100);
    await folder.write(
      'data.csv',
      csv('a,sold', 100, (i) => `${i},${i % 4}`),
    );
    expect((await inferred('data.csv')).text).toContain(
      'task: regression    # CHECK: 4 whole values: if they are classes, multiclass-classification',
    );
  });

  it('points at columns that tell the label', async () => {
    await folder.write(
      'data.csv',
      csv('total,a,status,y', 100, (i) => `${i % 2 === 0 ? 10 : 90},${(i * 7) % 13},${i % 2 === 0 ? 'open' : 'won'},${i % 2}`),
    );
    const { text } = await inferred('data.csv');
    expect(text).toMatch(/total: .*# CHECK: correlates 1\.00 with y/);
    expect(text).toMatch(/status: .*# CHECK: tells y in every row/);
    expect(text).not.toMatch(/ a: .*CHECK/);
  });

  it('names the data from where the file will be', async () => {
    await folder.write(
      'data.csv',
      csv('a,y', 50, (i) => `${i % 7},${i}`),
    );
    const { spec } = await inferred('data.csv', 'models/sales/pawl.yaml');
    expect(spec.source.files).toBe('../../data.csv');
  });

  it('writes names that YAML would read as something else', async () => {
    const names = ['null', 'a: b', '# c', "it's", '{d}', '1x', 'tab\t', 'größe', '- e', '"q"'];
    await folder.write(
      'data.csv',
      csv(`${names.map((name) => `"${name.replaceAll('"', '""')}"`).join(',')},y`, 40, (i) =>
        [...names.map((_, n) => (i * (n + 3)) % 23), i % 5].join(','),
      ),
    );
    const { spec } = await inferred('data.csv');
    expect(Object.keys(spec.contract.features)).toEqual(names);
    expect((await folder.dataset(spec)).rows).toBe(40);
  });

  it('sees through signs for a missing number', async () => {
    await folder.write(
      'data.csv',
      csv('a,y', 60, (i) => `${i % 6 === 0 ? '-' : i},${i % 9}`),
    );
    const { spec } = await inferred('data.csv');
    expect(spec.contract.features['a']).toEqual({ type: 'number', min: 0, nullable: 0.34, log: 'keep' });
    expect(spec.contract.missing).toEqual(['-']);
  });

  it.each(['electricity', 'bike-demand', 'income'])('writes a file for the data of %s that its rows meet', async (example) => {
    const text = await inferSpec(packageFile(`examples/${example}/data`), packageFile(`examples/${example}/pawl.yaml`));
    const spec = parseSpec(text, 'pawl.yaml');
    expect(spec.contract.label).toBe({ electricity: 'class', 'bike-demand': 'cnt', income: 'income' }[example]);
  });

  it('says why nothing can be predicted', async () => {
    await folder.write(
      'data.csv',
      csv('name,day', 30, (i) => `person ${i},2026-01-01`),
    );
    const failure = await inferred('data.csv').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FinalError);
    expect((failure as FinalError).problems.map(({ subject }) => subject)).toEqual(['name', 'day']);
    await folder.write('data.csv', 'a,b\n');
    await expect(inferred('data.csv')).rejects.toThrow('has no rows');
  });
});
