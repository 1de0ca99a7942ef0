import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { openRegistry, type Registry } from './registry.ts';
import { recordDecision } from './decisions.ts';
import { beginTrial, endTrial, lastSearch, listTrials, readSearch, searchProgress, stopTrials } from './trials.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

it('keeps each look at a trial, through what a lost worker had begun, to its end', async () => {
  const example = await ExampleModel.apply(registry);
  const { id: release } = await example.open();
  const at = (trial: number, rung: number) => ({ release, trial, rung });
  const params = { learning_rate: 0.05, loss: 'squared', flat: true };
  expect(await lastSearch(registry, example.model)).toBeNull();
  expect(await readSearch(registry, release)).toBeNull();
  await beginTrial(registry, { ...at(2, 0), params, share: 1 / 3 });
  await beginTrial(registry, { ...at(1, 0), params: {}, share: 1 / 3 });
  await beginTrial(registry, { ...at(1, 0), params: {}, share: 1 / 3 });
  await endTrial(registry, at(1, 0), { score: 0.8, because: null, resource: '67 trees', seconds: 1.5 });
  await beginTrial(registry, { ...at(1, 1), params: {}, share: 1 });
  expect(await searchProgress(registry, release)).toEqual({ trials: 2, running: 2, best: null });
  await endTrial(registry, at(2, 0), { score: null, because: 'no luck' });
  const told = { model: example.model, release, workflow: 'release', stage: 'search', evidence: null } as const;
  for (const because of ['trial 1 is', 'trial 2 is'])
    await recordDecision(registry, { ...told, key: `${release}/${because}`, action: 'best', because });
  await recordDecision(registry, { ...told, key: `${release}/fail`, action: 'fail', because: 'trial 3 failed' });
  expect(await searchProgress(registry, release)).toEqual({ trials: 2, running: 1, best: 'trial 2 is' });
  await stopTrials(registry, release);
  const seen = (await listTrials(registry, release)).map(({ trial, rung, state, score, resource, because, endedAt }) => [
    ...[trial, rung, state, score, resource, because],
    endedAt !== null,
  ]);
  expect(seen).toEqual([
    [1, 0, 'done', 0.8, '67 trees', null, true],
    [1, 1, 'stopped', null, null, null, true],
    [2, 0, 'failed', null, null, 'no luck', true],
  ]);
  expect((await listTrials(registry, release)).at(-1)?.params).toEqual(params);
  expect(await lastSearch(registry, example.model)).toBe(release);

  expect(await readSearch(registry, release)).toMatchObject({ release, choice: null });
  const choice = { ...told, key: `${release}/search/chosen`, action: 'choose', because: 'trial 1', evidence: { trial: 1 } };
  await recordDecision(registry, choice);
  const search = await readSearch(registry, release);
  expect(search).toMatchObject({ choice });
  expect(search?.trials).toEqual(await listTrials(registry, release));
});
