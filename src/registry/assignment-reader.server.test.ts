import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { AssignmentReader } from './assignment-reader.ts';
import { moveChampion } from './champion.ts';
import { ExampleModel, exampleSpec } from './example-model.testsuite.ts';
import { openRegistry, type Registry } from './registry.ts';
import { applySpec } from './specs.ts';
import { readAssignments, writeRevision } from './traffic.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

it('gives what reading all of it gives, and the same objects for models of which nothing changed', async () => {
  const reader = new AssignmentReader(registry);
  expect(await reader.read()).toEqual([]);
  const [quiet, busy] = [await ExampleModel.apply(registry, 1), await ExampleModel.apply(registry, 2)];
  for (const example of [quiet, busy]) await writeRevision(registry, example.revision(await example.epoch()));
  const of = async ({ model }: ExampleModel) => (await reader.read()).find((assignment) => assignment.model === model);
  const first = { quiet: await of(quiet), busy: await of(busy) };
  const epoch = await busy.epoch();

  const changes: (() => Promise<unknown>)[] = [
    () => writeRevision(registry, busy.revision(epoch, { challenger: 2, share: 0.5, leaseMs: 60_000 })),
    () =>
      applySpec(registry, {
        spec: exampleSpec(busy.model, { serving: { ...exampleSpec(busy.model).serving, deadline: 77 } }),
        digest: 'spec-2',
        source: '',
        baseDirectory: '/somewhere',
        by: 'ada',
      }),
    () =>
      moveChampion(registry, {
        model: busy.model,
        version: 2,
        release: null,
        by: 'ada',
        because: 'a test',
        operationId: 'moved',
      }),
  ];
  let before = first.busy;
  for (const change of changes) {
    await change();
    const after = await of(busy);
    const [whole] = await readAssignments(registry, [busy.model]);
    const lease = { leaseRemainingMs: expect.toSatisfy((ms: unknown) => ms === null || typeof ms === 'number') as number };
    expect(after).toEqual({ ...whole, ...lease });
    expect(after).not.toEqual({ ...before, ...lease });
    before = after;
  }
  expect((await of(quiet))?.serving).toBe(first.quiet?.serving);
  expect((await of(busy))?.serving).toBe(before?.serving);
});

it('follows the lease, which needs no revision to go on or to end', async () => {
  const reader = new AssignmentReader(registry);
  const example = await ExampleModel.apply(registry, 2);
  const epoch = await example.epoch();
  await writeRevision(registry, example.revision(epoch, { challenger: 2, share: 0.5, leaseMs: 60_000 }));
  const remaining = async () => (await reader.read()).find(({ model }) => model === example.model)?.leaseRemainingMs;
  expect(await remaining()).toBeGreaterThan(0);
  await sql`UPDATE traffic_leases SET expires_at = clock_timestamp() + interval '1 hour' WHERE model = ${example.model}`.execute(
    registry.db,
  );
  expect(await remaining()).toBeGreaterThan(3_000_000);
  await sql`UPDATE traffic_leases SET expires_at = clock_timestamp() WHERE model = ${example.model}`.execute(registry.db);
  expect(await remaining()).toBe(0);
});
