import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { driftReference } from '../src/monitoring/drift-reference.ts';
import { ExampleModel, exampleSpec } from '../src/registry/example-model.testsuite.ts';
import { writeLabels } from '../src/registry/labels.ts';
import { openRegistry, type Registry } from '../src/registry/registry.ts';
import { getVersion } from '../src/registry/versions.ts';
import type { LoggedPrediction } from '../src/serving/logged-prediction.ts';
import { Random } from '../src/training/random.ts';
import { createDatabase } from '../test/stack/postgres.ts';
import { driftLook } from './observe-drift.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const random = new Random(9);
const uniform = (count: number, from = 0) => Array.from({ length: count }, () => from + random.next());

/** Answers of a version, a second apart; `from` is where `nswprice` begins. */
function answers(model: string, count: number, at: number, from = 0, change: Partial<LoggedPrediction> = {}): LoggedPrediction[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `${at}/${i}`,
    model,
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
  const example = await ExampleModel.apply(registry, 1);
  const { model } = example;
  const spec = exampleSpec(model);
  const version = await getVersion(registry, model, 1);
  const accepted = { period: uniform(4000), nswprice: uniform(4000), day: uniform(4000) };
  const reference = {
    name: 'v1',
    reference: driftReference(accepted, { features: spec.contract.features, scores: uniform(4000), stretch: 1000 }),
  };
  const now = Date.now();
  const hour = 3_600_000;
  await writeLabels(registry, model, [{ predictionId: 'before', label: '1', observedAt: null }]);
  await sql`UPDATE labels SET received_at = ${new Date(now - 3 * hour)} WHERE model = ${model}`.execute(registry.db);
  await writeLabels(registry, model, [{ predictionId: 'after', label: '1', observedAt: null }]);

  const quiet = answers(model, 800, now - 2 * hour);
  const others = answers(model, 800, now - 2 * hour, 5, { version: 2, role: 'challenger' });
  const first = await driftLook(registry, spec, version, { sample: [...quiet, ...others], reference, before: null, at: now });
  expect(first).toMatchObject({ drift: null, faults: [], memory: { state: { rows: 800 } } });
  const again = await driftLook(registry, spec, version, { sample: quiet, reference, before: first.memory, at: now });
  expect(again.memory?.state).toEqual(first.memory?.state);

  const moved = answers(model, 800, now - hour, 0.5);
  const found = await driftLook(registry, spec, version, {
    sample: [...quiet, ...moved],
    reference,
    before: first.memory,
    at: now,
  });
  expect(found.drift).toMatchObject({ features: ['nswprice'], labelsAtChange: 1 });
  expect(found.drift?.because).toMatch(
    /^1 of 3 features moved: nswprice rose from 0\.\d+ to [01](\.\d+)? over the last 8\d\d rows/,
  );

  // What the log drops is not looked at, and without a reference nothing is; what was remembered stays.
  const dropped = { ...spec.contract.features, nswprice: { type: 'number', nullable: 0, log: 'drop' } as const };
  const without = { ...spec, contract: { ...spec.contract, features: dropped } };
  expect(
    (await driftLook(registry, without, version, { sample: moved, reference, before: first.memory, at: now })).drift,
  ).toBeNull();
  const unknown = await driftLook(registry, spec, version, { sample: moved, reference: null, before: first.memory, at: now });
  expect(unknown).toEqual({ memory: first.memory, drift: null, faults: [] });
});
