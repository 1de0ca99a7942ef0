import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workflowId } from '../src/messages/names.ts';
import { getChampion } from '../src/registry/champion.ts';
import { listTriggers } from '../src/registry/triggers.ts';
import { record } from './histories/record.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';
import { exampleRows, type LabelledRow } from './traffic.ts';

let pawl: RunningPawl;

beforeAll(async () => {
  pawl = await RunningPawl.start({ example: 'electricity' });
  // Nothing but the late labels may act.
  await pawl.apply(...quickRollout, 'monitor.every=1s', 'monitor.on_breach=tell');
});
afterAll(async () => {
  if (pawl !== undefined) await record(pawl.client, 'monitor', workflowId.monitor(pawl.model), 'late-labels');
  await pawl?.stop();
});

/** Asks for predictions while something runs, and keeps their labels back. */
async function askingDuring<T>(
  rows: readonly LabelledRow[],
  work: Promise<T>,
): Promise<{ result: T; labels: { id: string; label: string }[] }> {
  const labels: { id: string; label: string }[] = [];
  let running = true;
  const result = work.finally(() => (running = false));
  for (let i = 0; running; i++) {
    const { row, label } = rows[i % rows.length] as LabelledRow;
    const { id } = await pawl.predict(row, `caller-${i % 200}`);
    if (id !== null) labels.push({ id, label });
    await sleep(10);
  }
  return { result: await result, labels };
}

it('reverts a promotion when labels that come after it say that the version before it was better', async () => {
  await pawl.done('release', pawl.model, '--reason', 'first version', '--wait');
  const rows = await exampleRows('electricity', 400);
  // It learned nothing, and without a label nobody can tell.
  const { result, labels } = await askingDuring(
    rows,
    pawl.done('release', pawl.model, '--reason', 'rehearsal', '--override-gates', '--shuffle-labels', '--wait'),
  );
  expect(result).toMatchObject({ outcome: 'promoted', version: 2 });
  expect(labels.length).toBeGreaterThan(200);

  await fetch(`${pawl.gateway}/v1/models/${pawl.model}/feedback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ labels }),
  });
  await until('v1 leads again', async () => (await getChampion(pawl.registry, pawl.model))?.version === 1, { seconds: 90 });
  const champion = await getChampion(pawl.registry, pawl.model);
  expect(champion).toMatchObject({ by: 'monitor', release: null });
  expect(champion?.because).toMatch(
    /^monitor rolled back: v2 gives way to v1: v2 was promoted with an accuracy of [\d.]+ % against [\d.]+ % of v1 on 336 held-out rows; of \d+ labels that came since, on requests that both scored, v2 had [\d.]+ % right and v1 [\d.]+ %, [\d.]+ points more \([\d.]+ to [\d.]+ points\)$/,
  );
  const triggers = await listTriggers(pawl.registry, pawl.model);
  expect(triggers.map(({ kind, by }) => `${kind} by ${by}`)).toContain('performance by monitor');
}, 240_000);
