import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { championHistory, getChampion, moveChampion, previousChampion } from './champion.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { openRegistry, type Registry } from './registry.ts';
import { writeRevision } from './traffic.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const move = (model: string, version: number, operationId: string) => ({
  model,
  version,
  release: `${model}/${version}`,
  by: 'ada',
  because: `v${version} is better`,
  operationId,
});

describe('the champion', () => {
  it('is nobody before the first promotion, and then whoever was promoted last', async () => {
    const { model } = await ExampleModel.apply(registry, 2);
    expect([await getChampion(registry, model), await previousChampion(registry, model)]).toEqual([null, null]);
    await moveChampion(registry, move(model, 1, 'a'));
    await moveChampion(registry, move(model, 2, 'b'));
    expect(await getChampion(registry, model)).toEqual({
      model,
      version: 2,
      release: `${model}/2`,
      by: 'ada',
      because: 'v2 is better',
      since: expect.any(Date),
    });
    expect(await previousChampion(registry, model)).toMatchObject({ version: 1 });
  });

  it('moves once for one operation, however often and by however many it is repeated', async () => {
    const { model } = await ExampleModel.apply(registry, 2);
    await moveChampion(registry, move(model, 1, 'a'));
    await Promise.all(Array.from({ length: 5 }, () => moveChampion(registry, move(model, 2, 'b'))));
    await moveChampion(registry, move(model, 1, 'a'));
    expect((await championHistory(registry, model)).map(({ version }) => version)).toEqual([1, 2]);
  });

  it('does not move for an operation whose traffic somebody else has taken over', async () => {
    const example = await ExampleModel.apply(registry, 2);
    const { model } = example;
    await moveChampion(registry, move(model, 1, 'a'));
    const promotion = example.revision(await example.epoch(), { champion: 2 });
    await writeRevision(registry, promotion);
    await example.epoch('a person who rolls back in this very moment');
    await expect(moveChampion(registry, move(model, 2, promotion.operationId))).rejects.toMatchObject({
      code: 'PAWL_EPOCH_SUPERSEDED',
    });
    expect(await getChampion(registry, model)).toMatchObject({ version: 1 });
  });

  it('is a registered version, and its history is never changed', async () => {
    const { model } = await ExampleModel.apply(registry, 1);
    await expect(moveChampion(registry, { ...move(model, 7, 'a'), release: null })).rejects.toMatchObject({
      code: 'PAWL_REGISTRY_REFUSED',
    });
    await moveChampion(registry, move(model, 1, 'a'));
    await expect(sql`UPDATE champions SET version = 1`.execute(registry.db)).rejects.toThrow(/append-only/);
    await expect(sql`DELETE FROM champions`.execute(registry.db)).rejects.toThrow(/append-only/);
  });
});
