import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { PawlError } from '../errors.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { openRegistry, type Registry } from './registry.ts';
import { listRevisions, openEpoch, readAssignment, readAssignments, renewLease, writeRevision } from './traffic.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const lease = { challenger: 2, leaseMs: 60_000 };

/** Makes a lease run out without waiting for it. */
const letLapse = (model: string) =>
  sql`UPDATE traffic_leases SET expires_at = clock_timestamp() - interval '1 millisecond' WHERE model = ${model}`.execute(
    registry.db,
  );

describe('an epoch', () => {
  it('is one more for each new holder, and the same for a holder who asks again', async () => {
    const example = await ExampleModel.apply(registry);
    expect([await example.epoch('a'), await example.epoch('b'), await example.epoch('a'), await example.epoch('c')]).toEqual([
      1, 2, 1, 3,
    ]);
  });

  it('is given to one holder only, however many ask at once', async () => {
    const example = await ExampleModel.apply(registry);
    const holders = Array.from({ length: 8 }, (_, i) => `holder-${i % 4}`);
    const epochs = await Promise.all(holders.map((holder) => example.epoch(holder)));
    const given = new Map(holders.map((holder, i) => [holder, epochs[i]]));
    expect(holders.map((holder) => given.get(holder))).toEqual(epochs);
    expect(new Set(given.values())).toEqual(new Set([1, 2, 3, 4]));
  });

  it('is none of a model that nobody applied', async () => {
    await expect(openEpoch(registry, { model: 'nobody', holder: 'a', kind: 'person' })).rejects.toMatchObject({
      code: 'PAWL_MODEL_NOT_FOUND',
    });
  });
});

describe('a revision', () => {
  it('is what gateways then read, with all that they need to serve it', async () => {
    const example = await ExampleModel.apply(registry, 2);
    expect(await readAssignment(registry, example.model)).toBeNull();
    const epoch = await example.epoch();
    await writeRevision(registry, example.revision(epoch));
    const written = await writeRevision(
      registry,
      example.revision(epoch, { ...lease, share: 0.25, shadowShare: 0.5, salt: 'pepper', segments: ['beta'] }),
    );
    expect(written).toEqual({ revision: 2, repeated: false });
    const assignment = await readAssignment(registry, example.model);
    const assigned = (version: number) => ({
      version,
      uri: `file:///store/artifacts/${example.model}/${version}.onnx`,
      digest: `sha256:${'b'.repeat(64)}`,
      reference: null,
      incumbent: null,
      attestation: null,
      copyOf: null,
    });
    expect(assignment).toEqual({
      model: example.model,
      task: 'binary-classification',
      revision: 2,
      epoch,
      champion: assigned(1),
      challenger: assigned(2),
      former: null,
      segments: ['beta'],
      share: 0.25,
      shadowShare: 0.5,
      salt: 'pepper',
      serving: { deadline: 1000, opt_out: [], choose_version: [] },
      log: {},
      leaseRemainingMs: expect.any(Number),
    });
    expect(assignment?.leaseRemainingMs).toBeGreaterThan(0);
    expect(assignment?.leaseRemainingMs).toBeLessThanOrEqual(60_000);
    expect((await readAssignments(registry)).filter(({ model }) => model === example.model)).toHaveLength(1);
    expect((await listRevisions(registry, example.model)).map(({ revision, challenger }) => [revision, challenger])).toEqual([
      [1, null],
      [2, 2],
    ]);
  });

  it('can leave nobody to answer, and then has no lease', async () => {
    const example = await ExampleModel.apply(registry, 1);
    await writeRevision(registry, example.revision(await example.epoch(), { champion: null }));
    expect(await readAssignment(registry, example.model)).toMatchObject({
      champion: null,
      challenger: null,
      leaseRemainingMs: null,
    });
  });

  it('is refused with every contradiction in it', async () => {
    const example = await ExampleModel.apply(registry, 2);
    const epoch = await example.epoch();
    const attempt = (changes: object) =>
      writeRevision(registry, example.revision(epoch, changes)).then(
        () => [],
        (error: unknown) =>
          error instanceof PawlError ? [error.code, ...error.problems.map((problem) => problem.subject)] : error,
      );
    expect(await attempt({ share: 1.5, leaseMs: 5 })).toEqual(['PAWL_TRAFFIC_INVALID', 'share', 'share', 'leaseMs']);
    expect(await attempt({ challenger: 2, champion: null, shadowShare: NaN })).toEqual([
      'PAWL_TRAFFIC_INVALID',
      'shadowShare',
      'challenger',
    ]);
    expect(await attempt({ challenger: 1, leaseMs: null })).toEqual(['PAWL_TRAFFIC_INVALID', 'challenger', 'leaseMs']);
    expect(await attempt({ segments: ['beta'] })).toEqual(['PAWL_TRAFFIC_INVALID', 'segments']);
    expect(await attempt({ ...lease, segments: [] })).toEqual(['PAWL_TRAFFIC_INVALID', 'segments']);
    expect(await attempt({ challenger: 9 })).toEqual(['PAWL_REGISTRY_REFUSED']);
    expect(await listRevisions(registry, example.model)).toEqual([]);
  });

  it('is never changed or removed afterwards', async () => {
    const example = await ExampleModel.apply(registry, 1);
    await writeRevision(registry, example.revision(await example.epoch()));
    for (const table of ['traffic_revisions', 'traffic_epochs']) {
      await expect(
        sql.raw(`UPDATE ${table} SET epoch = 7 WHERE model = '${example.model}'`).execute(registry.db),
      ).rejects.toThrow(/append-only/);
      await expect(sql.raw(`DELETE FROM ${table}`).execute(registry.db)).rejects.toThrow(/append-only/);
      await expect(sql.raw(`TRUNCATE ${table} CASCADE`).execute(registry.db)).rejects.toThrow(/append-only/);
    }
  });
});

describe('the traffic writer', () => {
  /** What a writer does next: `epoch` and `operation` are small so that they meet. */
  const act = fc.oneof(
    fc.record({ kind: fc.constant('open' as const), holder: fc.constantFrom('rollout-1', 'rollout-2', 'person') }),
    fc.record({
      kind: fc.constant('write' as const),
      holder: fc.constantFrom('rollout-1', 'rollout-2', 'person'),
      operation: fc.nat(3),
    }),
  );

  it('refuses an old epoch always and writes an operation once, in whatever order two epochs write, repeat and come late', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 16 }), async (acts) => {
        const example = await ExampleModel.apply(registry, 1);
        const epochs = new Map<string, number>();
        const written = new Map<string, number>();
        for (const { kind, holder, ...rest } of acts) {
          if (kind === 'open') {
            const epoch = await example.epoch(holder);
            expect(epoch).toBe(epochs.get(holder) ?? epochs.size + 1);
            epochs.set(holder, epoch);
            continue;
          }
          const operationId = `${holder}/${'operation' in rest ? rest.operation : 0}`;
          const epoch = epochs.get(holder) ?? 99;
          const attempt = writeRevision(registry, example.revision(epoch, { operationId }));
          if (epoch !== epochs.size) {
            await expect(attempt).rejects.toMatchObject({ code: 'PAWL_EPOCH_SUPERSEDED', retryable: false });
            continue;
          }
          const before = written.get(operationId);
          expect(await attempt).toEqual({ revision: before ?? written.size + 1, repeated: before !== undefined });
          if (before === undefined) written.set(operationId, written.size + 1);
        }
        const revisions = await listRevisions(registry, example.model);
        expect(new Map(revisions.map((revision) => [revision.operationId, revision.revision]))).toEqual(written);
        expect(revisions).toHaveLength(written.size);
      }),
      { numRuns: 25 },
    );
  });

  it('keeps to that when everybody writes at the same moment over connections of their own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 6, maxLength: 14 }), async (acts) => {
        const example = await ExampleModel.apply(registry, 1);
        const known = new Map<string, number>([['rollout-1', await example.epoch('rollout-1')]]);
        const answers = await Promise.all(
          acts.map(async (entry) => {
            if (entry.kind === 'open') {
              known.set(entry.holder, await example.epoch(entry.holder));
              return null;
            }
            const operationId = `${entry.holder}/${entry.operation}`;
            // Each holder learns its epoch first, as a rollout does, while others open theirs.
            const epoch = known.get(entry.holder) ?? (await example.epoch(entry.holder));
            try {
              return { operationId, ...(await writeRevision(registry, example.revision(epoch, { operationId }))) };
            } catch (error) {
              expect(error).toMatchObject({ code: 'PAWL_EPOCH_SUPERSEDED' });
              return null;
            }
          }),
        );
        const revisions = await listRevisions(registry, example.model);
        const byOperation = new Map(revisions.map((revision) => [revision.operationId, revision.revision]));
        // One revision an operation, numbered without gaps; epochs never go back.
        expect(byOperation.size).toBe(revisions.length);
        expect(revisions.map(({ revision }) => revision)).toEqual(revisions.map((_, i) => i + 1));
        expect(revisions.map(({ epoch }) => epoch)).toEqual(revisions.map(({ epoch }) => epoch).toSorted((a, b) => a - b));
        // Whoever was told of a revision finds it, and exactly one of them wrote it.
        const told = answers.filter((answer) => answer !== null);
        for (const { operationId, revision } of told) expect(byOperation.get(operationId)).toBe(revision);
        for (const operationId of byOperation.keys()) {
          expect(told.filter((answer) => answer.operationId === operationId && !answer.repeated)).toHaveLength(1);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('refuses an old epoch also what it wrote before: its writer would go on as if the traffic were its own', async () => {
    const example = await ExampleModel.apply(registry, 1);
    const revision = example.revision(await example.epoch('first'));
    await writeRevision(registry, revision);
    await example.epoch('second');
    await expect(writeRevision(registry, revision)).rejects.toMatchObject({ code: 'PAWL_EPOCH_SUPERSEDED' });
  });

  it('writes nothing at all when its transaction fails', async () => {
    const example = await ExampleModel.apply(registry, 2);
    const epoch = await example.epoch();
    await expect(writeRevision(registry, example.revision(epoch, { ...lease, because: 'a\0b' }))).rejects.toMatchObject({
      code: 'PAWL_REGISTRY_REFUSED',
      retryable: false,
    });
    expect(await readAssignment(registry, example.model)).toBeNull();
  });
});

describe('a lease', () => {
  it('is renewed to its whole length for the revision in force', async () => {
    const example = await ExampleModel.apply(registry, 2);
    const epoch = await example.epoch();
    const { revision } = await writeRevision(registry, example.revision(epoch, lease));
    await sql`UPDATE traffic_leases SET expires_at = clock_timestamp() + interval '20 seconds' WHERE model = ${example.model}`.execute(
      registry.db,
    );
    expect((await readAssignment(registry, example.model))?.leaseRemainingMs).toBeLessThanOrEqual(20_000);
    expect(await renewLease(registry, { model: example.model, epoch, revision })).toEqual({ remainingMs: 60_000, lapsed: false });
    expect((await readAssignment(registry, example.model))?.leaseRemainingMs).toBeGreaterThan(20_000);
  });

  it('that ran out stays so, and says so each time, until a new revision begins', async () => {
    const example = await ExampleModel.apply(registry, 2);
    const { model } = example;
    const epoch = await example.epoch();
    const { revision } = await writeRevision(registry, example.revision(epoch, lease));
    await letLapse(model);
    expect(await readAssignment(registry, model)).toMatchObject({ challenger: { version: 2 }, leaseRemainingMs: 0 });
    for (let i = 0; i < 2; i++)
      expect(await renewLease(registry, { model, epoch, revision })).toEqual({ remainingMs: 0, lapsed: true });
    expect((await readAssignment(registry, model))?.leaseRemainingMs).toBe(0);
    const { revision: next } = await writeRevision(registry, example.revision(epoch, lease));
    expect(await renewLease(registry, { model, epoch, revision: next })).toMatchObject({ lapsed: false });
  });

  it('is not renewed for an old epoch, an old revision, or a revision without challenger', async () => {
    const example = await ExampleModel.apply(registry, 2);
    const { model } = example;
    const epoch = await example.epoch();
    const { revision: first } = await writeRevision(registry, example.revision(epoch, lease));
    const { revision: second } = await writeRevision(registry, example.revision(epoch, lease));
    const refused = { code: 'PAWL_EPOCH_SUPERSEDED', retryable: false };
    await expect(renewLease(registry, { model, epoch, revision: first })).rejects.toMatchObject(refused);
    expect(await renewLease(registry, { model, epoch, revision: second })).toMatchObject({ lapsed: false });
    const newer = await example.epoch();
    await expect(renewLease(registry, { model, epoch, revision: second })).rejects.toMatchObject(refused);
    const { revision: third } = await writeRevision(registry, example.revision(newer));
    await expect(renewLease(registry, { model, epoch: newer, revision: third })).rejects.toMatchObject(refused);
  });

  it('runs out by the clock of Postgres, whatever ours says', async () => {
    const example = await ExampleModel.apply(registry, 2);
    const epoch = await example.epoch();
    const { revision } = await writeRevision(
      registry,
      example.revision(epoch, { ...lease, leaseMs: 1, operationId: randomUUID() }),
    );
    await sql`SELECT pg_sleep(0.005)`.execute(registry.db);
    expect(await renewLease(registry, { model: example.model, epoch, revision })).toEqual({ remainingMs: 0, lapsed: true });
  });
});
