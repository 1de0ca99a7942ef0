import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentOf, spooled } from '../../test/serving/segment-of.ts';
import { FeatureLog, type FeatureLogging, type LoggedFeature } from './feature-log.ts';
import type { LoggedPrediction, LoggedRow } from './logged-prediction.ts';
import type { LogEntry } from './row-block.ts';
import { decodeSegment, Segment } from './segment.ts';
import { encodeSegment } from './segment-encoding.ts';
import { ValueHasher } from './value-hasher.ts';

const hasher = new ValueHasher('m', 'a secret of the tests');

/** Well-formed: what has no UTF-8 cannot be kept as it was. */
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 90 }), fc.string({ unit: 'grapheme', maxLength: 70 }), fc.uuid());
const number = fc.oneof(fc.double({ noDefaultInfinity: true }), fc.float({ noDefaultInfinity: true }), fc.integer());
const values = { number, boolean: fc.constantFrom(0, 1, NaN), category: text } as const;

const feature = fc.record({
  type: fc.constantFrom('number', 'boolean', 'category'),
  log: fc.constantFrom<FeatureLogging>('keep', 'hash', 'drop'),
});
const schema = fc
  .array(feature, { maxLength: 5 })
  .map((features) => features.map((one, i): LoggedFeature => ({ ...one, name: `f${i}` })));

/** Up to three versions whose features need not agree, and rows of each. */
const entries = fc.array(schema, { minLength: 1, maxLength: 3 }).chain((schemas) => {
  const logs = schemas.map((features) =>
    FeatureLog.of({ features }, Object.fromEntries(features.map(({ name, log }) => [name, log]))),
  );
  const entry = fc.nat({ max: schemas.length - 1 }).chain((version) =>
    fc.record<LogEntry>({
      id: text,
      model: fc.constant('m'),
      version: fc.constant(version),
      revision: fc.nat(),
      role: fc.constantFrom('champion', 'challenger', 'shadow', 'default'),
      key: fc.option(text),
      at: fc.integer({ min: 0, max: 4e12 }),
      score: fc.oneof(number, fc.constant(NaN)),
      prediction: fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true })),
      features: fc.constant(logs[version] as FeatureLog),
      row: fc.tuple(...(schemas[version] ?? []).map(({ type }) => values[type])),
    }),
  );
  return fc.array(entry, { minLength: 1, maxLength: 20 });
});

/** The row as its reader should see it. */
function asLogged({ features, row, ...entry }: LogEntry): LoggedPrediction {
  const logged: Record<string, LoggedRow[string]> = {};
  for (const [i, { name, type, log }] of features.features.entries()) {
    const value = row[i] as number | string;
    const missing = value === '' || Number.isNaN(value);
    const kept = type === 'boolean' ? value === 1 : value;
    if (log === 'drop') continue;
    if (missing) logged[name] = null;
    else logged[name] = log === 'hash' ? hasher.hash(name, String(kept)).toString('hex') : kept;
  }
  return { ...entry, prediction: String(entry.prediction), row: logged };
}

describe('a segment', () => {
  it('gives back any rows as they were logged, whatever the versions log of their features', async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (rows) => {
        expect(await decodeSegment(segmentOf(rows))).toEqual(rows.map(asLogged));
      }),
    );
  });

  it('is the same, byte for byte, when its spool file is encoded again', () => {
    fc.assert(
      fc.property(entries, (rows) => {
        const file = spooled(rows);
        expect(encodeSegment(file)).toEqual(encodeSegment(file));
      }),
      { numRuns: 20 },
    );
  });

  it('keeps of a file that was torn anywhere each whole block, and says that something is damaged', async () => {
    const log = FeatureLog.of({ features: [{ name: 'x', type: 'category' }] }, {});
    const row = (id: string) =>
      ({ id, model: 'm', version: 1, revision: 1, role: 'champion', key: 'k', at: 5, score: 1 }) as const;
    const blocks = ['a', 'b', 'c'].map((id) =>
      Buffer.from(spooled([{ ...row(id), prediction: '1', features: log, row: ['väl'] }])),
    );
    const file = Buffer.concat(blocks);
    const ends = blocks.map((_, i) => blocks.slice(0, i + 1).reduce((sum, block) => sum + block.length, 0));
    for (let length = 0; length <= file.length; length++) {
      const whole = ends.filter((end) => end <= length).length;
      const segment = encodeSegment(file.subarray(0, length));
      expect(segment).toMatchObject({ rows: whole, damagedBytes: length - (ends[whole - 1] ?? 0) });
      // A disk that has the length of a file but not its content gives zeros, or what was there before.
      for (const filler of [0, 0x50]) {
        const padded = Buffer.concat([file.subarray(0, length), Buffer.alloc(file.length + 30 - length, filler)]);
        expect(encodeSegment(padded).rows).toBe(whole);
      }
      if (length % 29 === 0 && 'bytes' in segment)
        expect((await decodeSegment(segment.bytes)).map(({ id }) => id)).toEqual(['a', 'b', 'c'].slice(0, whole));
    }
  });

  it('notices any byte that was changed', () => {
    const file = Buffer.from(spooled([{ ...entry('a'), prediction: 'yes' }]));
    for (let at = 0; at < file.length; at++) {
      const changed = Buffer.from(file);
      changed.writeUInt8(changed.readUInt8(at) ^ 0x41, at);
      expect(encodeSegment(changed).rows).toBe(0);
    }
  });

  it('has nothing in its spool file of values that are hashed or dropped', () => {
    const secret = fc.string({ unit: fc.constantFrom('Q', 'X', 'Z', 'J'), minLength: 8, maxLength: 80 });
    const digits = fc.double({ min: 1e6, max: 1e9, noNaN: true });
    const log = FeatureLog.of(
      {
        features: [
          { name: 'a', type: 'category' },
          { name: 'b', type: 'category' },
          { name: 'c', type: 'number' },
          { name: 'd', type: 'number' },
        ],
      },
      { a: 'hash', b: 'drop', c: 'hash', d: 'drop' },
    );
    fc.assert(
      fc.property(secret, secret, digits, digits, (a, b, c, d) => {
        const file = Buffer.from(spooled([{ ...entry('id'), features: log, row: [a, b, c, d] }]));
        const asFloat = (value: number) => {
          const bytes = Buffer.alloc(8);
          bytes.writeDoubleLE(value);
          return bytes;
        };
        for (const original of [a, b, String(c), String(d), asFloat(c), asFloat(d)]) expect(file.includes(original)).toBe(false);
      }),
    );
  });

  it('reads a part of its rows, and of its columns', async () => {
    const log = FeatureLog.of({ features: [{ name: 'n', type: 'number' }] }, {});
    const rows = Array.from({ length: 40_000 }, (_, n) => ({ ...entry(`${n}`), features: log, row: [n % 7 === 0 ? NaN : n] }));
    const segment = await Segment.open(segmentOf(rows));
    expect(segment.bounds).toEqual([0, 16_384, 32_768, 40_000]);
    const part = await segment.read(['id', 'row'], 16_380, 16_390);
    expect(part.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, i) => `${16_380 + i}`));
    expect(part.map(({ row }) => row['n'])).toEqual(part.map(({ id }) => (Number(id) % 7 === 0 ? null : Number(id))));
    expect(await segment.find('39999')).toMatchObject([{ id: '39999', row: { n: 39_999 } }]);
    expect(await segment.find('40000')).toEqual([]);
  });

  it('is a table to DuckDB, with a typed column for each feature of any version', async () => {
    const first = FeatureLog.of(
      {
        features: [
          { name: 'income', type: 'number' },
          { name: 'owner', type: 'boolean' },
          { name: 'job', type: 'category' },
        ],
      },
      {},
    );
    const second = FeatureLog.of({ features: [{ name: 'age', type: 'number' }] }, { age: 'hash' });
    const folder = await mkdtemp(join(tmpdir(), 'pawl-segment-'));
    const file = join(folder, 's.parquet');
    await writeFile(
      file,
      segmentOf([
        { ...entry('a'), features: first, row: [1.5, 1, 'baker'] },
        { ...entry('b'), features: first, row: [NaN, NaN, ''] },
        { ...entry('c'), version: 2, features: second, row: [40] },
        { ...entry('d'), version: 0, role: 'default', score: NaN },
      ]),
    );
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const found = await connection.runAndReadAll(
      `select id, version, epoch_ms("at")::double, score, "feature.income", "feature.owner", "feature.job", length("feature.age")::int
       from read_parquet('${file}') order by id`,
    );
    connection.closeSync();
    await rm(folder, { recursive: true });
    expect(found.getRows()).toEqual([
      ['a', 1, 1_700_000_000_000, 0.5, 1.5, true, 'baker', null],
      ['b', 1, 1_700_000_000_000, 0.5, null, null, null, null],
      ['c', 2, 1_700_000_000_000, 0.5, null, null, null, 32],
      ['d', 0, 1_700_000_000_000, null, null, null, null, null],
    ]);
  });
});

const entry = (id: string) =>
  ({
    id,
    model: 'm',
    version: 1,
    revision: 1,
    role: 'champion',
    key: null,
    at: 1_700_000_000_000,
    score: 0.5,
    prediction: '1',
  }) as const;
