import { beginDrift, type DriftBatch, observeDrift } from '../../../src/monitoring/drift-detector.ts';
import { driftReference } from '../../../src/monitoring/drift-reference.ts';
import { Random } from '../../../src/training/random.ts';
import type { Bar } from '../../bars.ts';
import { median } from '../../statistics.ts';
import type { PartOptions, PartTable } from '../part.ts';

/** A look: `monitor.sample` rows. */
const rows = 1000;
const columns = 20;
/** Temporal warns of payloads from 256 KiB on; a quarter of it is left to everything else that a monitor carries. */
const mostState = 192 * 1024;

const kinds = [
  { name: '20 numbers', categories: 0, values: 0 },
  { name: '16 numbers, 4 categories of 12 values', categories: 4, values: 12 },
  { name: '20 categories of 60 values', categories: 20, values: 60 },
];

/** What a look at 1,000 rows of 20 columns takes, and what the detectors carry from look to look through Temporal. */
export function footprint({ seed, quick }: Pick<PartOptions, 'seed' | 'quick'>): { bars: Bar[]; table: PartTable; raw: unknown } {
  const found = kinds.map((kind) => {
    const random = new Random(seed);
    const drawn = (count: number) =>
      Object.fromEntries(
        Array.from({ length: columns }, (_, i) => [
          `feature ${i}`,
          Array.from({ length: count }, () => (i < kind.categories ? `value ${random.below(kind.values)}` : random.next())),
        ]),
      );
    const features = Object.fromEntries(
      Array.from({ length: columns }, (_, i) => [
        `feature ${i}`,
        { type: i < kind.categories ? ('category' as const) : ('number' as const) },
      ]),
    );
    const reference = driftReference(drawn(10 * rows), { features, stretch: rows });
    let state = beginDrift(reference);
    const times = [];
    for (let look = 0; look < (quick ? 3 : 30); look++) {
      const batch: DriftBatch = { at: Array.from({ length: rows }, (_, i) => 1.7e12 + look * 600_000 + i), columns: drawn(rows) };
      const started = process.cpuUsage();
      ({ state } = observeDrift(reference, state, batch, { falseAlarmRows: 1e7 }));
      times.push(process.cpuUsage(started).user / 1000);
    }
    return { name: kind.name, milliseconds: median(times), bytes: Buffer.byteLength(JSON.stringify(state)) };
  });
  return {
    bars: [
      {
        name: 'state of the detectors of 20 columns, the largest of 3',
        unit: 'KiB',
        wanted: 'at most',
        bar: mostState / 1024,
        value: Math.max(...found.map(({ bytes }) => bytes)) / 1024,
      },
    ],
    table: {
      title: `A look at ${rows} rows of ${columns} columns, and what the detectors carry to the next one`,
      head: ['columns', 'ms of one core (median)', 'KiB of JSON'],
      rows: found.map(({ name, milliseconds, bytes }) => [name, milliseconds.toFixed(1), (bytes / 1024).toFixed(1)]),
    },
    raw: found,
  };
}
