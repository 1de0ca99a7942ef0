import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelSpec } from '../spec/schema.ts';
import { SourceFolder, specOf } from '../../test/source-folder.ts';
import { ContractViolatedError } from './violations.ts';

let folder: SourceFolder;
beforeEach(async () => {
  folder = await SourceFolder.make();
});
afterEach(() => folder.remove());

const few = 'rows: { at_least: 1 }';

async function violations(spec: ModelSpec, now?: Date) {
  const failure = await folder.dataset(spec, now).catch((error: unknown) => error);
  if (!(failure instanceof ContractViolatedError)) throw new Error(`It did not refuse: ${String(failure)}`);
  return failure;
}

describe('validate', () => {
  it('writes typed columns in the order of time, features, label, and nothing else', async () => {
    await folder.write('data.csv', 'y,extra,flag,kind,a,at\n1.5,x,true,red,1e3,2026-01-02\n2,x,0,,-.5,2026-01-01\n');
    const spec = specOf(
      `{ timestamp: at, label: y, features: { a: { type: number }, flag: { type: boolean }, kind: { type: category, nullable: 50% } }, ${few} }`,
    );
    const dataset = await folder.dataset(spec);
    expect(await folder.rows(dataset.uri)).toEqual([
      { at: '2026-01-01 00:00:00', a: -0.5, flag: false, kind: null, y: 2 },
      { at: '2026-01-02 00:00:00', a: 1000, flag: true, kind: 'red', y: 1.5 },
    ]);
    expect([dataset.rows, dataset.quarantined, dataset.newest]).toEqual([2, 0, '2026-01-02T00:00:00.000Z']);
  });

  it('reports every broken rule at once, with its count, its share and the first offending rows', async () => {
    const lines = Array.from(
      { length: 10 },
      (_, i) => `2026-01-0${i + 1 > 9 ? 9 : i + 1}T00:00:0${i % 10}Z,${i},red,${i % 2},${i}`,
    );
    lines[0] = '2026-01-01,abc,green,0,0';
    lines[1] = '2026-01-02,-5,,1,1';
    lines[2] = '2026-01-03,99,blue,0,1';
    await folder.write('data.csv', `at,a,kind,y,id\n${lines.join('\n')}\n`);
    const spec = specOf(
      `{ timestamp: at, label: y, unique: [id], freshness: 1h, rows: { at_least: 11 }, features: { a: { type: number, min: 0, max: 50 }, kind: { type: category, values: [red, blue], unseen: reject }, lost: { type: number } } }`,
      { task: 'binary-classification' },
    );
    const failure = await violations(spec);
    const told = failure.violations.map(({ rule, column, count, share, examples }) => [
      rule,
      column,
      count,
      share,
      examples.map(({ row, value }) => [row, value]),
    ]);
    expect(told).toEqual([
      ['column', 'lost', 10, 1, []],
      ['rows', null, 7, 1, []],
      ['freshness', 'at', 1, 0, []],
      ['type', 'a', 1, 0.1, [[1, 'abc']]],
      ['min', 'a', 1, 0.1, [[2, '-5']]],
      ['max', 'a', 1, 0.1, [[3, '99']]],
      ['null', 'kind', 1, 0.1, [[2, null]]],
      ['values', 'kind', 1, 0.1, [[1, 'green']]],
      ['unique', 'id', 1, 0.1, [[3, '1']]],
    ]);
    expect(failure.problems).toHaveLength(9);
    expect(failure.problems[3]).toEqual({
      subject: 'a',
      message: 'type: a is not a finite number in 1 row (10%).',
      hint: 'row 1 of 2026-01-01T00:00:00.000Z: "abc"',
    });
  });

  it('takes no weight that is missing, not above 0 or no finite number', async () => {
    await folder.write('data.csv', 'a,w,y\n1,1,1\n2,0,1\n3,,1\n4,-2,1\n5,inf,1\n6,much,1\n7,0.5,1\n');
    const failure = await violations(specOf(`{ label: y, weight: w, features: { a: { type: number } }, ${few} }`));
    expect(failure.violations.map(({ rule, column, count }) => [rule, column, count])).toEqual([
      ['type', 'w', 2],
      ['null', 'w', 1],
      ['min', 'w', 2],
    ]);
    expect(failure.problems[2]?.message).toBe('min: w, the weight of a row, is not above 0 in 2 rows (28.6%).');
    expect(failure.problems[2]?.hint).toBe('row 2: "0"; row 4: "-2"');
  });

  it('shows no more than the first five offending rows', async () => {
    await folder.write('data.csv', `a,y\n${Array.from({ length: 20 }, (_, i) => `x${i},1`).join('\n')}\n`);
    const [violation] = (await violations(specOf(`{ label: y, features: { a: { type: number } }, ${few} }`))).violations.filter(
      ({ rule }) => rule === 'type',
    );
    expect(violation?.count).toBe(20);
    expect(violation?.examples.map(({ row }) => row)).toEqual([1, 2, 3, 4, 5]);
  });

  describe('missing values', () => {
    it('are empty cells, NaN, and what the contract says', async () => {
      await folder.writeParquet(
        'data.parquet',
        "SELECT * FROM (VALUES (1.0::DOUBLE, 'a', 1), ('nan', '?', 2), (NULL, '', 3), (-999, NULL, 4)) t(n, c, y)",
      );
      const dataset = await folder.dataset(
        specOf(
          `{ label: y, missing: ["?", -999], features: { n: { type: number, nullable: 75% }, c: { type: category, nullable: 75% } }, ${few} }`,
        ),
      );
      expect(await folder.rows(dataset.uri)).toEqual([
        { n: 1, c: 'a', y: 1 },
        { n: null, c: null, y: 2 },
        { n: null, c: null, y: 3 },
        { n: null, c: null, y: 4 },
      ]);
    });

    it('are a violation beyond the share that the column may miss, and the files that lack it are named', async () => {
      await folder.write('data1.csv', 'a,y\n1,1\n2,1\n,1\n');
      await folder.write('data2.csv', 'y\n1\n');
      const spec = (nullable: string) => specOf(`{ label: y, features: { a: { type: number, nullable: ${nullable} } }, ${few} }`);
      expect((await folder.dataset(spec('50%'))).rows).toBe(4);
      const [violation] = (await violations(spec('49%'))).violations;
      expect(violation?.because).toBe('a is missing in 2 rows (50%); 49% may be. No such column in data2.csv.');
    });

    it('are never accepted in the label', async () => {
      await folder.write('data.csv', 'a,y\n1,1\n2,\n');
      expect((await violations(specOf(`{ label: y, features: { a: { type: number } }, ${few} }`))).violations).toMatchObject([
        { rule: 'null', column: 'y', count: 1 },
      ]);
    });
  });

  describe('quarantine', () => {
    const contract = (share: string) =>
      specOf(
        `{ label: y, features: { a: { type: number, min: 0 }, b: { type: number } }, quarantine: { at_most: ${share} }, rows: { at_least: 8 } }`,
      );
    beforeEach(async () => {
      const lines = Array.from({ length: 10 }, (_, i) => `${i},${i},${i}`);
      // Two rules broken by one row, one by another.
      lines[3] = '-1,x,3';
      lines[6] = '6,x,6';
      await folder.write('data.csv', `a,b,y\n${lines.join('\n')}\n`);
    });

    it('sets rows aside up to its share, counts each once and keeps them with their place', async () => {
      const dataset = await folder.dataset(contract('20%'));
      expect([dataset.rows, dataset.quarantined]).toEqual([8, 2]);
      expect((await folder.rows(dataset.uri)).map((row) => row['y'])).toEqual([0, 1, 2, 4, 5, 7, 8, 9]);
      const manifest = await folder.manifest(dataset);
      expect(manifest.violations.map(({ rule, column, count, quarantined }) => [rule, column, count, quarantined])).toEqual([
        ['min', 'a', 1, true],
        ['type', 'b', 2, true],
      ]);
      expect(await folder.rows(manifest.quarantineUri ?? '')).toEqual([
        { 'snapshot row': '4', a: '-1', b: 'x', y: '3' },
        { 'snapshot row': '7', a: '6', b: 'x', y: '6' },
      ]);
    });

    it('sets nothing aside beyond it', async () => {
      expect((await violations(contract('19%'))).violations.map(({ quarantined }) => quarantined)).toEqual([false, false]);
    });

    it('does not help where too few rows are left', async () => {
      const spec = specOf(
        '{ label: y, features: { a: { type: number, min: 0 }, b: { type: number } }, quarantine: { at_most: 50% }, rows: { at_least: 9 } }',
      );
      const failure = await violations(spec);
      expect(failure.problems.map(({ message }) => message)).toEqual([
        'rows: There are 8 rows of 10 that meet the other rules; at least 9 are needed.',
      ]);
    });
  });

  describe('the label of a classifier', () => {
    const spec = specOf(`{ label: y, features: { a: { type: number } }, ${few} }`, { task: 'binary-classification' });

    it.each([
      ['one class', ['1', '1', '1'], /y holds "1" \(3 rows\); a binary classifier needs exactly two classes/],
      ['three classes', ['1', '0', '2'], /y holds "0" \(1 row\), "1" \(1 row\), "2" \(1 row\);/],
    ])('is refused with %s', async (_, labels, because) => {
      await folder.write('data.csv', `a,y\n${labels.map((label) => `1,${label}`).join('\n')}\n`);
      expect((await violations(spec)).violations).toMatchObject([
        { rule: 'label', because: expect.stringMatching(because) as string },
      ]);
    });

    it.each([
      [
        'two classes',
        [20, 20],
        'y holds "c0" (20 rows), "c1" (20 rows); a multiclass classifier needs 3 to 100 classes; of two, the task is binary-classification.',
      ],
      [
        'a rare class',
        [20, 15, 9],
        'y holds "c0" (20 rows), "c1" (15 rows), "c2" (9 rows); a class needs at least 10 rows, and "c2" has 9.',
      ],
      [
        'too many of them',
        new Array<number>(101).fill(10),
        'y holds "c0" (10 rows), "c1" (10 rows), "c10" (10 rows), "c100" (10 rows), "c11" (10 rows), and more; a multiclass classifier needs 3 to 100 classes, and there are more.',
      ],
      ['three classes', [10, 10, 10], null],
    ])('of many classes is looked at as well: %s', async (_, counts, because) => {
      const rows = counts.flatMap((count, k) => new Array<string>(count).fill(`1,c${k}`));
      await folder.write('data.csv', `a,y\n${rows.join('\n')}\n`);
      const many = specOf(`{ label: y, features: { a: { type: number } }, ${few} }`, { task: 'multiclass-classification' });
      if (because === null) expect((await folder.dataset(many)).rows).toBe(30);
      else expect((await violations(many)).problems.map(({ message }) => message)).toEqual([`label: ${because}`]);
    });

    it('is one class whether a number is written as 1, 1.0 or in Parquet', async () => {
      await folder.write('data1.csv', 'a,y\n1,1.0\n1,0\n');
      await folder.writeParquet('data2.parquet', 'SELECT 1 AS a, 1::DOUBLE AS y');
      expect((await folder.rows((await folder.dataset(spec)).uri)).map((row) => row['y'])).toEqual(['1', '0', '1']);
    });

    it('is refused where the positive class of the contract is not there', async () => {
      await folder.write('data.csv', 'a,y\n1,yes\n2,no\n');
      const wrong = specOf(`{ label: y, positive: ja, features: { a: { type: number } }, ${few} }`, {
        task: 'binary-classification',
      });
      expect((await violations(wrong)).problems[0]?.message).toBe(
        'label: y holds "no" (1 row), "yes" (1 row); contract.positive is "ja".',
      );
    });

    it('is refused where the default answer would be a class that is not there', async () => {
      await folder.write('data.csv', 'a,y\n1,yes\n2,no\n');
      const answering = (answer: string) =>
        specOf(`{ label: y, features: { a: { type: number } }, ${few} }`, {
          task: 'binary-classification',
          rest: `serving: { default: "${answer}" }`,
        });
      expect((await folder.dataset(answering('no'))).rows).toBe(2);
      expect((await violations(answering('maybe'))).problems.map(({ message }) => message)).toEqual([
        'label: y holds "no" (1 row), "yes" (1 row); serving.default is "maybe".',
      ]);
    });
  });

  it('measures freshness against the time that it is given', async () => {
    await folder.write('data.csv', 'at,a,y\n2026-01-01,1,1\n');
    const spec = specOf(`{ timestamp: at, label: y, freshness: 2d, features: { a: { type: number } }, ${few} }`);
    expect((await folder.dataset(spec, new Date('2026-01-03T00:00:00Z'))).rows).toBe(1);
    expect((await violations(spec, new Date('2026-01-04T00:00:00Z'))).problems[0]?.message).toBe(
      'freshness: The newest row is of 2026-01-01T00:00:00.000Z, 3.0 days before 2026-01-04T00:00:00.000Z; 2d are allowed.',
    );
  });

  it('names the column that was meant where one is misspelt', async () => {
    await folder.write('data.csv', 'Price,y\n1,1\n');
    const failure = await violations(specOf(`{ label: y, features: { price: { type: number } }, ${few} }`));
    expect(failure.problems[0]).toEqual({
      subject: 'price',
      message: 'column: No source file has a column price; Price is there.',
    });
  });

  it('refuses a time that is none and numbers that the model cannot compute with', async () => {
    await folder.write('data.csv', 'at,a,y\n2026-13-45,1,1\n2026-01-01,1e39,1\n20260101,inf,1\n2026-01-02,2,1\n');
    const told = (await violations(specOf(`{ timestamp: at, label: y, features: { a: { type: number } }, ${few} }`))).violations;
    expect(told.map(({ rule, column, examples }) => [rule, column, new Set(examples.map(({ value }) => value))])).toEqual([
      ['type', 'at', new Set(['2026-13-45', '20260101'])],
      ['type', 'a', new Set(['1e39', 'inf'])],
    ]);
  });

  it('gives equal rows an equal dataset, whether they come as CSV or as Parquet', async () => {
    const spec = specOf(
      `{ timestamp: at, label: y, features: { a: { type: number }, k: { type: category }, f: { type: boolean } }, ${few} }`,
      { task: 'binary-classification' },
    );
    const lines = Array.from({ length: 50 }, (_, i) => `2026-01-0${1 + (i % 5)},${i / 4},k${i % 3},${i % 2 === 0},${i % 2}`);
    await folder.write('data.csv', `at,a,k,f,y\n${lines.join('\n')}\n`);
    const fromCsv = await folder.dataset(spec);
    const other = await SourceFolder.make();
    try {
      await other.writeParquet(
        'data.parquet',
        "SELECT DATE '2026-01-01' + CAST(i % 5 AS INTEGER) AS at, i / 4 AS a, 'k' || (i % 3) AS k, i % 2 = 0 AS f, CAST(i % 2 AS DOUBLE) AS y FROM range(50) t(i) ORDER BY hash(i)",
      );
      expect((await other.dataset(spec)).digest).toBe(fromCsv.digest);
    } finally {
      await other.remove();
    }
  });

  it('writes the same dataset and the same manifest when it runs again', async () => {
    await folder.write('data.csv', 'a,y\n1,1\n2,2\n');
    const spec = specOf(`{ label: y, features: { a: { type: number } }, ${few} }`);
    const [first, second] = [await folder.dataset(spec), await folder.dataset(spec)];
    expect(second).toEqual(first);
    expect(await folder.store.list('datasets/')).toHaveLength(2);
  });

  it('profiles every feature and the label', async () => {
    await folder.write('data.csv', 'n,k,f,y\n1,a,true,1\n2,b,false,2\n3,a,true,3\n,,true,4\n');
    const spec = specOf(
      `{ label: y, features: { n: { type: number, nullable: 50% }, k: { type: category, nullable: 50% }, f: { type: boolean } }, ${few} }`,
    );
    const { profile } = await folder.manifest(await folder.dataset(spec));
    expect(profile).toEqual([
      {
        name: 'n',
        type: 'number',
        count: 4,
        missing: 1,
        distinct: 3,
        mean: 2,
        sd: 1,
        min: 1,
        max: 3,
        quantiles: [1, 1.2, 1.4, 1.6, 1.8, 2, 2.2, 2.4, 2.6, 2.8, 3].map((q) => expect.closeTo(q, 12) as number),
      },
      {
        name: 'k',
        type: 'category',
        count: 4,
        missing: 1,
        distinct: 2,
        top: [
          { value: 'a', count: 2 },
          { value: 'b', count: 1 },
        ],
      },
      { name: 'f', type: 'boolean', count: 4, missing: 0, distinct: 2, mean: 0.75, sd: 0.5, min: 0, max: 1 },
      {
        name: 'y',
        type: 'number',
        count: 4,
        missing: 0,
        distinct: 4,
        mean: 2.5,
        sd: expect.closeTo(Math.sqrt(5 / 3), 12) as number,
        min: 1,
        max: 4,
        quantiles: expect.any(Array) as number[],
      },
    ]);
  });
});
