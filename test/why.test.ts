import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';
import { exampleRows, Traffic, type LabelledRow } from './traffic.ts';

let pawl: RunningPawl;
let rows: LabelledRow[];

beforeAll(async () => {
  pawl = await RunningPawl.start({ example: 'electricity' });
  await pawl.apply(...quickRollout, 'monitor.every=1s', 'training.params.trees=20');
  await pawl.done('release', pawl.model, '--reason', 'first version', '--wait');
  rows = await exampleRows('electricity', 200);
}, 180_000);
afterAll(() => pawl?.stop());

const feedback = (id: string | null, label: string) =>
  fetch(`${pawl.gateway}/v1/models/${pawl.model}/feedback`, { method: 'POST', body: JSON.stringify({ id, label }) });

describe('labels', () => {
  it('find their predictions at the ticks of the monitor, and those that never will are told', async () => {
    const { id } = await pawl.predict(rows[0]?.row ?? {}, 'somebody');
    await feedback(id, '1');
    await feedback('an id that nobody predicted with', '1');
    const waiting = async () => {
      const { rows: left } = await sql<{ prediction_id: string }>`SELECT prediction_id FROM unmatched_labels`.execute(
        pawl.registry.db,
      );
      return left.map((label) => label.prediction_id);
    };
    const received = async () => ((await pawl.done('status', pawl.model)) as { labels: { received: number } }).labels.received;
    await until('both are in the registry', async () => (await received()) === 2);
    await until('one has found its prediction', async () => (await waiting()).join() === 'an id that nobody predicted with');
    expect(await pawl.done('status', pawl.model)).toMatchObject({ labels: { unknown: 0 } });
    // An hour later:
    await sql`UPDATE unmatched_labels SET received_at = received_at - interval '1 hour'`.execute(pawl.registry.db);
    await until('the other is known to be unknown', async () => {
      const { labels } = (await pawl.done('status', pawl.model)) as { labels: { unknown: number } };
      return labels.unknown === 1;
    });
    await until('the gateway tells it', async () =>
      (await (await fetch(`${pawl.gateway}/metrics`)).text()).includes(`pawl_labels_unknown{model="${pawl.model}"} 1`),
    );
    const { stderr } = await pawl.run('why', 'an id that nobody predicted with');
    expect(stderr).toContain('A label for it is there');
  });
});

describe('an answer during a rollout', () => {
  it('is traced to the step, the release and the word that let its version through', async () => {
    const traffic = new Traffic(pawl, rows).start(60);
    const answered = new Map<number, string>();
    let done = false;
    const asking = (async () => {
      for (let i = 0; !done; i++) {
        const { id, version } = await pawl.predict(rows[i % rows.length]?.row ?? {}, `asker-${i}`);
        if (id !== null && version !== null && !answered.has(version)) answered.set(version, id);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const released = await pawl.run(
      'release',
      pawl.model,
      '--reason',
      'let it through',
      '--override-gates',
      '--by',
      'ada',
      '--wait',
    );
    done = true;
    await asking;
    await traffic.stop();
    expect(released).toMatchObject({ code: 0, value: { version: 2 } });

    const id = answered.get(2) ?? '';
    await until('its log is shipped', async () => (await pawl.run('why', id)).code === 0);
    expect(await pawl.done('why', id)).toMatchObject({
      id,
      answer: { role: 'challenger', version: 2 },
      shadows: [{ version: 1 }],
      traffic: {
        champion: 1,
        challenger: 2,
        writer: 'rollout',
        place: expect.any(Number) as number,
        until: expect.any(String) as string,
        step: { stage: expect.stringMatching(/^ramp \d$|^bake$/) as string, ended: { because: expect.any(String) as string } },
      },
      version: { version: 2, championSince: [{ because: expect.any(String) as string }] },
      release: {
        id: `${pawl.model}/2`,
        outcome: 'promoted',
        overrideGates: true,
        trigger: { by: 'ada', because: 'let it through' },
      },
    });
  }, 180_000);
});
