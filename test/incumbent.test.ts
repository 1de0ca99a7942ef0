import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { championHistory } from '../src/registry/champion.ts';
import { getRelease } from '../src/registry/releases.ts';
import { timeline } from '../src/registry/timeline.ts';
import { listRevisions, readAssignment } from '../src/registry/traffic.ts';
import { newestPredictions } from '../src/serving/prediction-tail.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';
import { exampleRows, type LabelledRow, Traffic } from './traffic.ts';

/** The endpoint that a team has: one rule on one column, behind what answers as MLflow's scoring server does. */
class OldEndpoint {
  asked = 0;
  port = 0;
  #server: http.Server | null = null;

  async start(): Promise<this> {
    const server = http.createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        const { columns, data } = (JSON.parse(text) as { dataframe_split: { columns: string[]; data: number[][] } })
          .dataframe_split;
        const price = columns.indexOf('nswprice');
        this.asked += data.length;
        // As a classifier of scikit-learn behind MLflow: the class, and no probability.
        const predictions = data.map((row) => ((row[price] ?? 0) > this.threshold ? 1 : 0));
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ predictions }));
      });
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  readonly threshold = 0.08;

  /** What it says of a row. */
  says({ row }: LabelledRow): string {
    return Number(row['nswprice']) > this.threshold ? '1' : '0';
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/ml`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(null));
    this.#server = null;
  }
}

let pawl: RunningPawl;
let old: OldEndpoint;
let rows: LabelledRow[];
let traffic: Traffic | undefined;

const spec = (...more: string[]) => [
  ...quickRollout,
  'training.params.trees=40',
  `champion.http=${old.url}`,
  'champion.format=mlflow',
  'champion.timeout=2s',
  'serving.deadline=3s',
  'serving.default="0"',
  ...more,
];
const ended = async (id: string) => {
  await until(`${id} has ended`, async () => (await getRelease(pawl.registry, id)).outcome !== null);
  return getRelease(pawl.registry, id);
};
const release = async (...options: string[]) =>
  ((await pawl.done('release', pawl.model, '--by', 'ada', '--reason', 'a try', ...options)) as { release: string }).release;
const shareIs = (share: number) => until(`the share is ${share}`, async () => (await pawl.shareInForce()) === share);

interface Answer {
  readonly status: number;
  readonly version: string | null;
  readonly fallback: string | null;
  readonly prediction: string | undefined;
}

async function ask({ row }: LabelledRow, key: string): Promise<Answer> {
  const response = await fetch(`${pawl.gateway}/v1/models/${pawl.model}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-pawl-key': key },
    body: JSON.stringify({ row }),
  });
  const { predictions } = (await response.json()) as { predictions?: { prediction: string }[] };
  const { headers, status } = response;
  return {
    status,
    version: headers.get('x-pawl-version'),
    fallback: headers.get('x-pawl-fallback'),
    prediction: predictions?.[0]?.prediction,
  };
}

beforeAll(async () => {
  old = await new OldEndpoint().start();
  rows = await exampleRows('electricity', 300);
  pawl = await RunningPawl.start({ example: 'electricity' });
});

afterAll(async () => {
  await traffic?.stop();
  await pawl?.stop();
  await old?.stop();
});

describe('an endpoint that was there before pawl', () => {
  it('is champion as soon as pawl.yaml names it, and answers through the gateway', async () => {
    expect(await pawl.apply(...spec())).toMatchObject({ incumbent: { outcome: 'installed', version: 1 } });
    expect(await pawl.apply(...spec())).toMatchObject({ incumbent: { outcome: 'unchanged', version: 1 } });
    await until('the endpoint answers', async () => (await ask(rows[0] as LabelledRow, 'somebody')).status === 200);
    for (const row of rows.slice(0, 20)) {
      const answer = await ask(row, 'somebody');
      expect(answer).toEqual({ status: 200, version: '1', fallback: null, prediction: old.says(row) });
    }
    expect(await pawl.done('versions', pawl.model)).toMatchObject([
      { version: 1, champion: true, trainer: 'incumbent', endpoint: old.url, release: null },
    ]);
    expect(await pawl.done('status', pawl.model)).toMatchObject({ champion: { version: 1, endpoint: old.url } });
    traffic = new Traffic(pawl, rows).start(80);
  });

  it('beats a version that learned nothing, which was let through to be rolled back', async () => {
    const asked = old.asked;
    const rejected = await ended(await release('--override-gates', '--shuffle-labels'));
    expect(rejected).toMatchObject({ outcome: 'rolled_back', version: 2 });
    expect(rejected.because).toMatch(/accuracy/);
    const assignment = await readAssignment(pawl.registry, pawl.model);
    expect(assignment).toMatchObject({ champion: { version: 1, uri: old.url }, challenger: null });
    // The hold-out was asked of it as well, not only what callers sent.
    expect(old.asked).toBeGreaterThan(asked + 300);
  }, 60_000);

  it('gives its callers the default answer when it dies in the middle of a ramp, and those of the challenger never notice', async () => {
    await pawl.apply(
      ...spec(
        'release.ramp=[50%, 100%]',
        'release.step.for=1h',
        'release.rollback_when=[{error_rate: {above: 90%, at_least: 1000}}]',
      ),
    );
    const id = await release('--override-gates');
    await shareIs(0.5);
    await traffic?.stop();
    expect(traffic?.failures).toEqual([]);
    const before = new Map<string, string | null>();
    for (let i = 0; i < 40; i++) before.set(`caller-${i}`, (await ask(rows[i] as LabelledRow, `caller-${i}`)).version);
    expect(new Set(before.values())).toEqual(new Set(['1', '3']));
    await old.stop();
    for (const [key, version] of before) {
      const answer = await ask(rows[1] as LabelledRow, key);
      if (version === '3') expect(answer).toMatchObject({ status: 200, version: '3', fallback: null });
      else expect(answer).toMatchObject({ status: 200, version: null, fallback: 'default', prediction: '0' });
    }
    await old.start();
    await pawl.done('rollback', pawl.model, '--by', 'grace', '--reason', 'enough seen');
    expect(await ended(id)).toMatchObject({ outcome: 'rolled_back' });
    await until('the endpoint answers again', async () => (await ask(rows[0] as LabelledRow, 'somebody')).version === '1');
  }, 60_000);

  it('gives way to a version of its own that is better on the same rows and the same requests', async () => {
    await pawl.apply(...spec('release.ramp=[50%, 100%]'));
    traffic = new Traffic(pawl, rows).start(80);
    const id = await release();
    expect(await ended(id)).toMatchObject({ outcome: 'promoted', version: 4 });
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
    const gate = (await timeline(pawl.registry, pawl.model, 500))
      .filter((row) => row.because.startsWith('evaluate: pass'))
      .at(-1);
    expect(gate?.because).toMatch(/against the champion's 0\.\d+/);
    const shares = (await listRevisions(pawl.registry, pawl.model))
      .filter(({ challenger }) => challenger === 4)
      .map(({ share }) => share);
    expect(shares).toEqual([0, 0.5, 1, 1]);
    // Both answered the same requests: in the ramp the one beside the other, in the bake the endpoint beside the new version.
    const logged = await newestPredictions(pawl.store, pawl.model, 5000, () => true);
    const shadows = logged.filter(({ role }) => role === 'shadow').map(({ version }) => version);
    expect(shadows).toContain(1);
    expect(shadows).toContain(4);
    expect(await pawl.apply(...spec())).toMatchObject({ incumbent: { outcome: 'superseded', version: 1 } });
  }, 60_000);

  it('is the way back, also with nothing but the registry at hand', async () => {
    const back = await pawl.done('rollback', pawl.model, '--break-glass', '--by', 'grace', '--reason', 'the old one was fine');
    expect(back).toMatchObject({ because: 'grace broke the glass: v4 gives way to v1: the old one was fine' });
    expect((await championHistory(pawl.registry, pawl.model)).map(({ version }) => version)).toEqual([1, 4, 1]);
    await until('the endpoint answers again', async () => (await ask(rows[0] as LabelledRow, 'somebody')).version === '1');
  });
});
