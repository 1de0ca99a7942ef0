import { expect, it } from 'vitest';
import type { DriftMemory } from '../monitoring/drift-memory.ts';
import { driftReference } from '../monitoring/drift-reference.ts';
import { exampleSpec } from '../registry/example-model.testsuite.ts';
import type { VersionRecord } from '../registry/versions.ts';
import type { LoggedPrediction } from '../serving/logged-prediction.ts';
import type { ModelSpec } from '../spec/schema.ts';
import { Random } from '../training/random.ts';
import { driftLook } from './drift-look.ts';

const version = { version: 1 } as VersionRecord;
const random = new Random(9);
const uniform = (count: number, from = 0) => Array.from({ length: count }, () => from + random.next());

/** Answers of a version, a second apart; `from` is where `nswprice` begins. */
function answers(count: number, at: number, from = 0, change: Partial<LoggedPrediction> = {}): LoggedPrediction[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `${at}/${i}`,
    model: 'm',
    version: 1,
    revision: 1,
    role: 'champion',
    key: null,
    at: at + i * 1000,
    score: random.next(),
    prediction: '1',
    row: { period: random.next(), nswprice: from + random.next(), day: random.next() },
    ...change,
  }));
}

it('sees each of the champion’s own answers once, and counts labels from the beginning of a change', async () => {
  const spec = exampleSpec('m');
  const accepted = { period: uniform(4000), nswprice: uniform(4000), day: uniform(4000) };
  const reference = {
    name: 'v1',
    reference: driftReference(accepted, { features: spec.contract.features, scores: uniform(4000), stretch: 1000 }),
  };
  const now = Date.now();
  const hour = 3_600_000;
  // One label came three hours ago, and another has just come.
  const came = [now - 3 * hour, now];
  const labelsBefore = (time: number) => Promise.resolve(came.filter((at) => at < time).length);
  const look = (
    sample: readonly LoggedPrediction[],
    before: DriftMemory | null,
    other: Partial<{ spec: ModelSpec; reference: null }> = {},
  ) =>
    driftLook(other.spec ?? spec, version, {
      sample,
      reference: other.reference === undefined ? reference : other.reference,
      before,
      labelsBefore,
      at: now,
    });

  const quiet = answers(800, now - 2 * hour);
  const others = answers(800, now - 2 * hour, 5, { version: 2, role: 'challenger' });
  const first = await look([...quiet, ...others], null);
  expect(first).toMatchObject({ drift: null, faults: [], memory: { state: { rows: 800 } } });
  expect((await look(quiet, first.memory)).memory?.state).toEqual(first.memory?.state);

  const moved = answers(800, now - hour, 0.5);
  const found = await look([...quiet, ...moved], first.memory);
  expect(found.drift).toMatchObject({ features: ['nswprice'], labelsAtChange: 1 });
  expect(found.drift?.because).toMatch(
    /^1 of 3 features moved: nswprice rose from 0\.\d+ to [01](\.\d+)? over the last 8\d\d rows/,
  );

  // What the log drops is not looked at, and without a reference nothing is; what was remembered stays.
  const dropped = { ...spec.contract.features, nswprice: { type: 'number', nullable: 0, log: 'drop' } as const };
  const without = { ...spec, contract: { ...spec.contract, features: dropped } };
  expect((await look(moved, first.memory, { spec: without })).drift).toBeNull();
  expect(await look(moved, first.memory, { reference: null })).toEqual({ memory: first.memory, drift: null, faults: [] });
});
