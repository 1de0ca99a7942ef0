import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { championText } from '../cli/champion-text.ts';
import { addAttestation } from './attestations.ts';
import { breakGlass } from './break-glass.ts';
import { moveChampion } from './champion.ts';
import { listReigns, readChampionAt } from './champion-at.ts';
import { recordDecision } from './decisions.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { finishOperation, recordOperation } from './operations.ts';
import { openRegistry, type Registry } from './registry.ts';
import { closeRelease } from './releases.ts';
import { writeRevision } from './traffic.ts';

let registry: Registry;
let example: ExampleModel;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

/** The registry's clock and this one are the same machine's; a moment apart is enough to tell before from after. */
async function moment(): Promise<Date> {
  await sleep(5);
  const now = new Date();
  await sleep(5);
  return now;
}

/** As a rollout promotes: the last revision of its epoch, the decision, then the title. */
async function promote(version: number, release: string, from: number | null): Promise<void> {
  const { model } = example;
  const run = `run-${version}`;
  const epoch = await example.epoch(run);
  const trial = from === null ? { champion: version } : { champion: from, challenger: version };
  await writeRevision(registry, example.revision(epoch, { operationId: `${run}/0`, ...trial }));
  const because = `v${version} kept its promise`;
  await writeRevision(registry, example.revision(epoch, { operationId: `${run}/1/end`, champion: version, because }));
  const decision = { model, release, workflow: 'rollout', stage: 'bake', action: 'promote', because } as const;
  await recordDecision(registry, { ...decision, key: `${run}/1`, evidence: { requests: 1204 } });
  await moveChampion(registry, { model, version, release, by: 'pawl', because, operationId: `${run}/1/end` });
}

describe('who was in charge', () => {
  it('is told of any moment, with what put it there, also after others took the lead and it came back', async () => {
    example = await ExampleModel.apply(registry);
    const { model } = example;
    const before = await moment();
    const [first, second] = [await example.register(), await example.register()];
    await recordDecision(registry, {
      key: `${second.release}/gates`,
      model,
      release: second.release,
      workflow: 'release',
      stage: 'evaluate',
      action: 'pass',
      because: 'auc is 0.87, at least 0.7 is asked',
      evidence: { rows: 20 },
    });
    await promote(1, first.release, null);
    const early = await moment();
    await recordDecision(registry, {
      key: 'approval-2',
      model,
      release: second.release,
      workflow: 'release',
      stage: 'approval',
      action: 'approve',
      because: 'grace approved v2: the numbers hold',
      evidence: { by: 'grace' },
    });
    await addAttestation(registry, { model, version: 2, stage: 'released', keyid: 'c0ffee00c0ffee00', envelope: '{}' });
    await promote(2, second.release, 1);
    const late = await moment();
    await breakGlass(registry, { model, by: 'ada', reason: 'wrong prices', operationId: 'glass' });
    const after = await moment();

    expect(await readChampionAt(registry, model, before)).toMatchObject({ champion: null, traffic: null });
    expect(await readChampionAt(registry, model, early)).toMatchObject({
      champion: { version: 1, by: 'pawl' },
      attestation: null,
      gates: null,
      approval: null,
    });
    const then = await readChampionAt(registry, model, late);
    expect(then).toMatchObject({
      champion: { version: 2, release: second.release },
      traffic: { champion: 2, challenger: null, writer: 'rollout' },
      decision: { stage: 'bake', action: 'promote', evidence: { requests: 1204 } },
      request: null,
      gates: { action: 'pass', evidence: { rows: 20 } },
      approval: { because: 'grace approved v2: the numbers hold' },
      release: { id: second.release },
      trigger: { by: 'ada', because: 'a test' },
      attestation: { keyid: 'c0ffee00c0ffee00' },
    });
    expect(then.champion?.until).toBeInstanceOf(Date);
    const text = championText(model, then, true);
    for (const words of [
      'v2 led',
      'put there by pawl: v2 kept its promise',
      'grace approved',
      'asked for by ada (person): a test',
    ])
      expect(text).toContain(words);

    const now = await readChampionAt(registry, model, after);
    expect(now).toMatchObject({
      champion: { version: 1, by: 'ada', until: null },
      decision: null,
      request: { action: 'rollback', by: 'ada', reason: 'wrong prices' },
      traffic: { champion: 1, writer: 'break-glass' },
      release: { id: first.release },
    });
    expect(championText(model, now, false)).toContain('ada asked to rollback: wrong prices');
    expect((await listReigns(registry, model)).map(({ version, until }) => [version, until === null])).toEqual([
      [1, false],
      [2, false],
      [1, true],
    ]);
  });

  it('is nobody while a first version is on trial, which answers all the same', async () => {
    example = await ExampleModel.apply(registry, 1);
    const epoch = await example.epoch();
    await writeRevision(registry, example.revision(epoch));
    const found = await readChampionAt(registry, example.model, await moment());
    expect(found).toMatchObject({ champion: null, traffic: { champion: 1 } });
    expect(championText(example.model, found, false)).toContain('no version is champion; v1 answered all the same');
  });

  it('cannot be told otherwise later: what was asked, decided and done stays as it was written, and only an end is added', async () => {
    example = await ExampleModel.apply(registry, 1);
    const { model } = example;
    await recordOperation(registry, { requestId: `${model}/r`, model, action: 'pause', by: 'ada', reason: 'lunch' });
    await finishOperation(registry, { requestId: `${model}/r`, because: 'ada paused it' });
    await closeRelease(registry, { id: `${model}/1`, outcome: 'promoted', version: 1, because: 'it held', metrics: {} });
    const changes = [
      sql`UPDATE operations SET by = 'eve' WHERE model = ${model}`,
      sql`UPDATE operations SET reason = 'none' WHERE model = ${model}`,
      sql`DELETE FROM operations WHERE model = ${model}`,
      sql`UPDATE triggers SET because = 'another' WHERE model = ${model}`,
      sql`DELETE FROM triggers WHERE model = ${model}`,
      sql`UPDATE releases SET override_gates = true WHERE model = ${model}`,
      sql`UPDATE releases SET started_at = now() WHERE model = ${model}`,
      sql`DELETE FROM releases WHERE model = ${model}`,
      sql`UPDATE champions SET by = 'eve' WHERE model = ${model}`,
      sql`DELETE FROM decisions WHERE model = ${model}`,
    ];
    for (const change of changes)
      await expect(change.execute(registry.db)).rejects.toThrow(/stays as it was written|is append-only/);
  });
});
