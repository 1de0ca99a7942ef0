import { mkdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FinalError, TransientError } from '../errors.ts';
import type { SnapshotSources } from './dataset.ts';
import { SourceFolder, specOf } from '../../test/source-folder.ts';

let folder: SourceFolder;
beforeEach(async () => {
  folder = await SourceFolder.make();
});
afterEach(() => folder.remove());

const plain = specOf('{ label: y, features: { a: { type: number } } }');
const timed = specOf('{ timestamp: at, label: y, features: { a: { type: number } } }');

async function sourcesOf(uri: string): Promise<SnapshotSources> {
  return JSON.parse(Buffer.from(await folder.store.get(uri)).toString('utf8')) as SnapshotSources;
}

describe('ingest', () => {
  it('reads quotes, line breaks in quotes, CRLF and a byte-order mark', async () => {
    const spec = specOf(
      '{ label: y, features: { "say ""it""": { type: category }, "c d": { type: number } } }'.replaceAll('""', '\\"'),
    );
    await folder.write('data.csv', '\uFEFF"say ""it""",c d,y\r\n"x, ""y""\r\nz",3,1\r\n,4,2\r\n');
    const snapshot = await folder.ingest(spec);
    expect(await folder.rows(snapshot.uri)).toEqual([
      { 'say "it"': 'x, "y"\r\nz', 'c d': '3', y: '1' },
      { 'say "it"': null, 'c d': '4', y: '2' },
    ]);
  });

  it.each([';', '\t', '|'])('finds out that columns are separated by %j', async (separator) => {
    await folder.write('data.csv', 'a,x y\n1,2\n'.replace('x y', 'y').replaceAll(',', separator));
    expect(await folder.rows((await folder.ingest(plain)).uri)).toEqual([{ a: '1', y: '2' }]);
  });

  it('puts files together by the names of their columns, and notes what it ignores and what is lacking', async () => {
    await folder.write('data1.csv', 'a,y\n1,10\n');
    await folder.write('data2.csv', 'y,extra,a\n20,x,2\n');
    await folder.write('data3.csv', 'y\n30\n');
    const snapshot = await folder.ingest(plain);
    expect(await folder.rows(snapshot.uri)).toEqual([
      { a: '1', y: '10' },
      { a: '2', y: '20' },
      { a: null, y: '30' },
    ]);
    const sources = await sourcesOf(snapshot.sourcesUri);
    expect(sources.files.map(({ path }) => path)).toEqual(['data1.csv', 'data2.csv', 'data3.csv']);
    expect(sources.ignored).toEqual(['extra']);
    expect(sources.absent).toEqual({ a: ['data3.csv'] });
  });

  it('reads Parquet and CSV side by side, compressed or not', async () => {
    await folder.writeParquet('data1.parquet', 'SELECT 1.5 AS a, 10 AS y');
    await folder.write('data2.csv', 'a,y\n2,20\n');
    await writeFile(join(folder.path, 'data3.csv.gz'), gzipSync('a,y\n3,30\n'));
    expect(await folder.rows((await folder.ingest(plain)).uri)).toEqual([
      { a: '1.5', y: '10' },
      { a: '2', y: '20' },
      { a: '3', y: '30' },
    ]);
  });

  it('reads a folder, and passes over what is hidden or something else', async () => {
    await mkdir(join(folder.path, 'data'));
    await folder.write('data/b.csv', 'a,y\n2,2\n');
    await folder.write('data/a.csv', 'a,y\n1,1\n');
    await folder.write('data/.c.csv', 'a,y\n3,3\n');
    await folder.write('data/README.md', 'hello');
    const snapshot = await folder.ingest(specOf('{ label: y, features: { a: { type: number } } }', { files: 'data' }));
    expect((await folder.rows(snapshot.uri)).map((row) => row['a'])).toEqual(['1', '2']);
  });

  it('takes paths with signs that a glob would read as patterns for themselves', async () => {
    await mkdir(join(folder.path, 'da[ta]'));
    await folder.write("da[ta]/it's.csv", 'a,y\n1,1\n');
    for (const files of ['da[ta]', "da[ta]/it's.csv", 'da[[]ta]/*.csv']) {
      const snapshot = await folder.ingest(specOf('{ label: y, features: { a: { type: number } } }', { files }));
      expect(snapshot.rows).toBe(1);
    }
  });

  it('keeps columns apart whose names SQL would trip over', async () => {
    const names = ['select', 'a"b', "it's", 'größe', 'x; DROP TABLE y', '价格', 'row', 'c0'];
    const features = names.map((name) => `${JSON.stringify(name)}: { type: number }`).join(', ');
    const spec = specOf(`{ label: y, features: { ${features} }, rows: { at_least: 2 } }`);
    const cell = (name: string) => `"${name.replaceAll('"', '""')}"`;
    await folder.write(
      'data.csv',
      `${names.map(cell).join(',')},y\n${names.map((_, i) => i).join(',')},9\n${names.map((_, i) => i + 1).join(',')},8\n`,
    );
    const dataset = await folder.dataset(spec);
    expect(await folder.rows(dataset.uri)).toEqual([
      { ...Object.fromEntries(names.map((name, i) => [name, i])), y: 9 },
      { ...Object.fromEntries(names.map((name, i) => [name, i + 1])), y: 8 },
    ]);
  });

  it('gives equal rows an equal digest, whatever their order, their files and the order of columns', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => [`2026-01-0${1 + (i % 9)}T00:00:00Z`, String(i % 7), String(i)]);
    await folder.write('data.csv', `at,a,y\n${rows.map((row) => row.join(',')).join('\n')}\n`);
    const first = await folder.ingest(timed);
    const other = await SourceFolder.make();
    try {
      const turned = rows.toReversed().map(([at, a, y]) => `${y},${a},${at}`);
      await other.write('data-a.csv', `y,a,at\n${turned.slice(0, 100).join('\n')}\n`);
      await other.write('data-b.csv', `y,a,at\n${turned.slice(100).join('\n')}\n`);
      expect((await other.ingest(timed)).digest).toBe(first.digest);
      await other.write('data-c.csv', 'y,a,at\n1,1,2026-01-01\n');
      expect((await other.ingest(timed)).digest).not.toBe(first.digest);
    } finally {
      await other.remove();
    }
  });

  it('orders rows by time and says from when to when they are', async () => {
    await folder.write('data.csv', 'at,a,y\n2026-01-03,3,0\n2026-01-01T12:00:00+02:00,1,0\n2026-01-02 00:00:00,2,0\n');
    const snapshot = await folder.ingest(timed);
    expect((await folder.rows(snapshot.uri)).map((row) => row['a'])).toEqual(['1', '2', '3']);
    expect([snapshot.rows, snapshot.oldest, snapshot.newest]).toEqual([
      3,
      '2026-01-01T10:00:00.000Z',
      '2026-01-03T00:00:00.000Z',
    ]);
  });

  it('keeps the training window and the hold-out before the newest row, or before the time it is asked for', async () => {
    const days = Array.from({ length: 20 }, (_, i) => `2026-01-${String(i + 1).padStart(2, '0')},${i + 1},0`);
    await folder.write('data.csv', `at,a,y\n${days.join('\n')}\n`);
    const rest = 'training: { window: 3d }\nevaluation: { holdout: { newest: 2d } }\n';
    const spec = specOf('{ timestamp: at, label: y, features: { a: { type: number } } }', { rest });
    const kept = async (asOf?: string) =>
      (await folder.rows((await folder.ingest(spec, asOf === undefined ? {} : { asOf })).uri)).map((row) => Number(row['a']));
    expect(await kept()).toEqual([16, 17, 18, 19, 20]);
    expect(await kept('2026-01-10T12:00:00Z')).toEqual([6, 7, 8, 9, 10]);
    const share = specOf('{ timestamp: at, label: y, features: { a: { type: number } } }', {
      rest: 'training: { window: 8d }\n',
    });
    expect((await folder.ingest(share)).rows).toBe(10);
  });

  it('keeps rows without a readable time, for the contract to judge', async () => {
    await folder.write('data.csv', 'at,a,y\nsoon,1,0\n2026-01-02,2,0\n,3,0\n');
    const snapshot = await folder.ingest(
      specOf('{ timestamp: at, label: y, features: { a: { type: number } } }', { rest: 'training: { window: 1d }\n' }),
    );
    expect(snapshot.rows).toBe(3);
    expect(snapshot.newest).toBe('2026-01-02T00:00:00.000Z');
  });

  it('writes nothing twice', async () => {
    await folder.write('data.csv', 'a,y\n1,1\n');
    const [first, second] = [await folder.ingest(plain), await folder.ingest(plain)];
    expect(second).toEqual(first);
    expect(await folder.store.list('snapshots/')).toHaveLength(2);
  });

  it('refuses to ingest as of what is no time', async () => {
    await folder.write('data.csv', 'a,y\n1,1\n');
    await expect(folder.ingest(plain, { asOf: 'yesterday' })).rejects.toMatchObject({ code: 'PAWL_TIME_INVALID' });
  });

  it('takes a folder named a=b for a folder, not for a column', async () => {
    await mkdir(join(folder.path, 'a=9'));
    await folder.write('a=9/data.csv', 'a,y\n1,1\n');
    await folder.writeParquet('a=9/more.parquet', 'SELECT 2 AS a, 2 AS y');
    const snapshot = await folder.ingest(specOf('{ label: y, features: { a: { type: number } } }', { files: 'a=9' }));
    expect((await folder.rows(snapshot.uri)).map((row) => row['a'])).toEqual(['1', '2']);
  });

  it('says that there is no file', async () => {
    await expect(folder.ingest(plain)).rejects.toMatchObject({ code: 'PAWL_SOURCE_NOT_FOUND' });
  });

  it('names every file that it cannot read, and why', async () => {
    const old = new Date('2026-01-01T00:00:00Z');
    await folder.write('data1.csv', 'a,A\n1,1\n');
    await folder.write('data2.parquet', 'not parquet');
    await folder.write('data3.csv', 'a,y\n1,1\n');
    for (const name of ['data1.csv', 'data2.parquet', 'data3.csv']) await utimes(join(folder.path, name), old, old);
    const failure = await folder.ingest(plain).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FinalError);
    expect((failure as FinalError).problems.map(({ message }) => message)).toEqual([
      'data1.csv: two columns are named A',
      expect.stringMatching(/^data2\.parquet: .*too small to be a Parquet file|^data2\.parquet: .*magic bytes/),
    ]);
  });

  it('names the line of a CSV file that has too few cells', async () => {
    const old = new Date('2026-01-01T00:00:00Z');
    await folder.write('data.csv', 'a,y\n1,1\n2\n3,3\n');
    await utimes(join(folder.path, 'data.csv'), old, old);
    const failure = await folder.ingest(plain).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FinalError);
    expect((failure as FinalError).problems[0]?.message).toMatch(/^data\.csv: .*Line: 3/);
    expect((failure as FinalError).problems[0]?.message).not.toContain(folder.path);
  });

  it('lets a file that was written a moment ago be tried again', async () => {
    await folder.write('data.parquet', 'PAR1 half of it');
    await expect(folder.ingest(plain)).rejects.toBeInstanceOf(TransientError);
  });

  it('takes a file without a byte for no rows', async () => {
    await folder.write('data1.csv', '');
    await folder.write('data2.csv', 'a,y\n1,1\n');
    expect((await folder.ingest(plain)).rows).toBe(1);
  });

  it('stops when it is told to', async () => {
    await folder.writeParquet(
      'data.parquet',
      "SELECT TIMESTAMP '2026-01-01' + to_seconds(i) AS at, hash(i) AS a, i AS y FROM range(3000000) t(i)",
    );
    const stop = new AbortController();
    const running = folder.ingest(timed, { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 50);
    await expect(running).rejects.toThrow('enough');
    expect(await folder.store.list('snapshots/')).toEqual([]);
  });
});
