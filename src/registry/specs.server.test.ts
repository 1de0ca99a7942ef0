import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { exampleSpec } from './example-model.testsuite.ts';
import { openRegistry, type Registry } from './registry.ts';
import { applySpec, findSpec, getSpec, listModels } from './specs.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

describe('a spec', () => {
  it('that is applied is in force, as it was written and in its order', async () => {
    const spec = exampleSpec('as-written');
    const applied = { spec, digest: 'd1', source: 'model: as-written # why not', baseDirectory: '/models/a' };
    expect(await applySpec(registry, { ...applied, by: 'ada' })).toEqual({ changed: true });
    const found = await getSpec(registry, 'as-written');
    expect(found).toEqual(applied);
    // The order of the features is that of the graph's inputs; neither length nor alphabet may rearrange it.
    expect(Object.keys(found.spec.contract.features)).toEqual(['period', 'nswprice', 'day']);
  });

  it('changes nothing when it is applied again, but for the folder', async () => {
    const spec = exampleSpec('again');
    await applySpec(registry, { spec, digest: 'd1', source: 's', baseDirectory: '/old', by: 'ada' });
    expect(await applySpec(registry, { spec, digest: 'd1', source: 's', baseDirectory: '/new', by: 'ada' })).toEqual({
      changed: false,
    });
    expect(await getSpec(registry, 'again')).toMatchObject({ digest: 'd1', baseDirectory: '/new' });
  });

  it('stays readable by its digest when another is in force, and comes back when it is applied once more', async () => {
    const first = exampleSpec('two');
    const second = exampleSpec('two', { description: 'the second' });
    await applySpec(registry, { spec: first, digest: 'd1', source: '1', baseDirectory: '/', by: 'ada' });
    await applySpec(registry, { spec: second, digest: 'd2', source: '2', baseDirectory: '/', by: 'ada' });
    expect((await getSpec(registry, 'two')).spec.description).toBe('the second');
    expect((await getSpec(registry, 'two', 'd1')).spec).toEqual(first);
    expect(await applySpec(registry, { spec: first, digest: 'd1', source: '1', baseDirectory: '/', by: 'ada' })).toEqual({
      changed: true,
    });
    expect((await getSpec(registry, 'two')).digest).toBe('d1');
  });

  it('that nobody applied is said to be unknown', async () => {
    expect(await findSpec(registry, 'nobody')).toBeNull();
    await expect(getSpec(registry, 'nobody')).rejects.toMatchObject({ code: 'PAWL_MODEL_NOT_FOUND' });
    await applySpec(registry, { spec: exampleSpec('somebody'), digest: 'd1', source: '', baseDirectory: '/', by: 'ada' });
    await expect(getSpec(registry, 'somebody', 'd9')).rejects.toMatchObject({ code: 'PAWL_MODEL_NOT_FOUND' });
    expect(await listModels(registry)).toContain('somebody');
  });

  it('is applied by several at once without one of them failing', async () => {
    const spec = exampleSpec('contended');
    const all = Array.from({ length: 6 }, (_, i) =>
      applySpec(registry, { spec, digest: `d${i % 2}`, source: '', baseDirectory: '/', by: 'ada' }),
    );
    await Promise.all(all);
    expect(['d0', 'd1']).toContain((await getSpec(registry, 'contended')).digest);
  });

  it('that was stored before a key was there has its default', async () => {
    const { serving, ...before } = exampleSpec('from-before');
    const stored = before as typeof before & { serving: typeof serving };
    await applySpec(registry, { spec: stored, digest: 'd1', source: '', baseDirectory: '/', by: 'ada' });
    expect((await getSpec(registry, 'from-before')).spec.serving).toEqual(serving);
  });

  it('is never changed in place', async () => {
    await expect(sql`UPDATE specs SET source = 'another'`.execute(registry.db)).rejects.toThrow(/append-only/);
  });
});
