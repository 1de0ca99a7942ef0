import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { countLabels, labelCounts, labelsSince, newestLabelSeq, readLabels, writeLabels } from './labels.ts';
import { openRegistry, type Registry } from './registry.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const label = (predictionId: string, value = '1') => ({ predictionId, label: value, observedAt: new Date('1997-05-05') });

describe('labels', () => {
  it('are found by prediction and in their order of arrival', async () => {
    const { model } = await ExampleModel.apply(registry);
    expect(await writeLabels(registry, model, [label('c', 'UP'), label('a', 'DOWN')])).toEqual({
      written: 2,
      repeated: 0,
      conflicting: 0,
    });
    expect(await writeLabels(registry, model, [{ ...label('b', 'UP'), observedAt: null }])).toEqual({
      written: 1,
      repeated: 0,
      conflicting: 0,
    });
    expect(await readLabels(registry, model, ['a', 'b', 'x'])).toEqual(
      new Map([
        ['a', 'DOWN'],
        ['b', 'UP'],
      ]),
    );
    expect(await labelsSince(registry, model, 0, 2)).toEqual([
      { seq: 1, predictionId: 'c', label: 'UP' },
      { seq: 2, predictionId: 'a', label: 'DOWN' },
    ]);
    expect(await labelsSince(registry, model, 2, 10)).toEqual([{ seq: 3, predictionId: 'b', label: 'UP' }]);
    expect([await countLabels(registry, model), await newestLabelSeq(registry, model)]).toEqual([3, 3]);
    expect(await writeLabels(registry, model, [])).toEqual({ written: 0, repeated: 0, conflicting: 0 });
  });

  it('of a prediction are one: the first stands', async () => {
    const { model } = await ExampleModel.apply(registry);
    expect(await writeLabels(registry, model, [label('a', '1'), label('a', '0'), label('b', '1')])).toEqual({
      written: 2,
      repeated: 1,
      conflicting: 1,
    });
    expect(await writeLabels(registry, model, [label('b', '0'), label('c', '0')])).toEqual({
      written: 1,
      repeated: 1,
      conflicting: 1,
    });
    expect(await readLabels(registry, model, ['a', 'b', 'c'])).toEqual(
      new Map([
        ['a', '1'],
        ['b', '1'],
        ['c', '0'],
      ]),
    );
  });

  it('that contradict the one that stands are counted once each, however often they are sent', async () => {
    const { model } = await ExampleModel.apply(registry);
    const mine = async () => (await labelCounts(registry)).find((counts) => counts.model === model);
    expect(await writeLabels(registry, model, [label('a', '1'), label('a', '1')])).toMatchObject({ repeated: 1, conflicting: 0 });
    expect(await writeLabels(registry, model, [label('a', '0'), label('a', '2'), label('a', '0')])).toMatchObject({
      repeated: 3,
      conflicting: 2,
    });
    expect(await writeLabels(registry, model, [label('a', '0'), label('a', '1')])).toMatchObject({ repeated: 2, conflicting: 0 });
    expect(await mine()).toEqual({ model, labels: 1, conflicting: 2, unknown: 0 });
    expect(await readLabels(registry, model, ['a'])).toEqual(new Map([['a', '1']]));
  });

  it('of two models do not mix', async () => {
    const [one, other] = [await ExampleModel.apply(registry), await ExampleModel.apply(registry)];
    await writeLabels(registry, one.model, [label('a', '1')]);
    await writeLabels(registry, other.model, [label('a', '0'), label('b', '0')]);
    expect([await countLabels(registry, one.model), await countLabels(registry, other.model)]).toEqual([1, 2]);
    expect(await readLabels(registry, one.model, ['a', 'b'])).toEqual(new Map([['a', '1']]));
  });

  it('that several write at once are counted once each, and a reader who follows their order misses none', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(30), { minLength: 1, maxLength: 8 }), { minLength: 3, maxLength: 8 }),
        async (batches) => {
          const { model } = await ExampleModel.apply(registry);
          let writing = true;
          const followed: { seq: number; predictionId: string }[] = [];
          const follow = async () => {
            const labels = await labelsSince(registry, model, followed.at(-1)?.seq ?? 0, 5);
            followed.push(...labels);
            return labels.length;
          };
          const reader = (async () => {
            while (writing) await follow();
          })();
          const answers = await Promise.all(
            batches.map((batch) =>
              writeLabels(
                registry,
                model,
                batch.map((id) => label(String(id))),
              ),
            ),
          );
          writing = false;
          await reader;
          for (let read = 1; read > 0;) read = await follow();
          const distinct = new Set(batches.flat().map(String));
          expect(new Set(followed.map(({ predictionId }) => predictionId))).toEqual(distinct);
          expect(followed.map(({ seq }) => seq)).toEqual([...distinct].map((_, i) => i + 1));
          expect(answers.reduce((sum, { written }) => sum + written, 0)).toBe(distinct.size);
          expect(answers.reduce((sum, { written, repeated }) => sum + written + repeated, 0)).toBe(batches.flat().length);
          expect(await countLabels(registry, model)).toBe(distinct.size);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('that can never be written are refused for good, so that nothing waits behind them', async () => {
    const { model } = await ExampleModel.apply(registry);
    for (const bad of [label('a\0b'), label('a', '\0'), label('x'.repeat(5000))]) {
      await expect(writeLabels(registry, model, [label('good'), bad])).rejects.toMatchObject({
        code: 'PAWL_REGISTRY_REFUSED',
        retryable: false,
      });
    }
    await expect(writeLabels(registry, 'nobody', [label('a')])).rejects.toMatchObject({
      code: 'PAWL_MODEL_NOT_FOUND',
      retryable: false,
    });
    expect(await countLabels(registry, model)).toBe(0);
  });

  it('come in batches of any size', async () => {
    const { model } = await ExampleModel.apply(registry);
    const many = Array.from({ length: 40_000 }, (_, i) => label(`p${i}`));
    expect(await writeLabels(registry, model, many)).toEqual({ written: 40_000, repeated: 0, conflicting: 0 });
    expect(await labelsSince(registry, model, 39_999, 10)).toEqual([{ seq: 40_000, predictionId: 'p39999', label: '1' }]);
  });
});
