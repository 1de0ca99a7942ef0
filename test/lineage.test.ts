import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stepRunId } from '../src/lineage/facets.ts';
import type { RunEvent } from '../src/lineage/run-event.ts';
import { packageFile } from '../src/package-root.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';
import { linearOnnx } from './training/linear-onnx.ts';

const isEvent = new Ajv2020({ allErrors: true, formats: { 'date-time': true, uuid: true, uri: true } }).compile<RunEvent>(
  JSON.parse(readFileSync(packageFile('test/schemas/openlineage.json'), 'utf8')) as object,
);

/** A receiver of events that answers as it is told to. */
class Receiver {
  readonly events: RunEvent[] = [];
  status = 201;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const isRight = request.method === 'POST' && request.url === '/api/v1/lineage';
        const status = isRight ? receiver.status : 404;
        if (status === 201) receiver.events.push(JSON.parse(Buffer.concat(parts).toString('utf8')) as RunEvent);
        response.writeHead(status).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Job, without the model, and type of each event of the newest release. */
  story(): string[] {
    const last = this.events.findLastIndex(({ job, eventType }) => job.name.endsWith('.release') && eventType === 'START');
    return this.events.slice(last).map(({ job, eventType }) => `${job.name.split('.').at(-1)} ${eventType}`);
  }
}

const steps = (...names: string[]) => names.flatMap((name) => [`${name} START`, `${name} COMPLETE`]);

/** A row as a caller of the example would send it. */
const mildMorning = {
  ...{ hour: 8, season: 2, holiday: false, weekday: 3, workingday: true },
  ...{ weathersit: 1, temp: 0.5, atemp: 0.5, hum: 0.6, windspeed: 0.1 },
};

describe('the lineage of releases, with real processes', () => {
  let receiver: Receiver;
  let pawl: RunningPawl;
  const release = (...more: string[]) => pawl.run('release', pawl.model, '--reason', 'a test', '--wait', ...more);
  const told = (end: string) => until(`${end} is told`, () => Promise.resolve(receiver.story().at(-1) === end));

  beforeAll(async () => {
    receiver = await Receiver.start();
    pawl = await RunningPawl.start({ example: 'bike-demand', environment: { PAWL_OPENLINEAGE_URL: receiver.url } });
    await pawl.apply(...quickRollout, 'training.params={"trees": 20}');
  }, 120_000);
  // The release before may have ended in the same way, and must not be taken for this one.
  beforeEach(() => void receiver.events.splice(0));
  afterAll(async () => {
    await pawl?.stop();
    receiver?.close();
  });

  it('waits while its receiver is away, which holds no release up, and is told in order then', { timeout: 240_000 }, async () => {
    receiver.status = 503;
    expect((await release()).value).toMatchObject({ outcome: 'promoted', version: 1 });
    expect(receiver.events).toEqual([]);
    const { outbox } = (await pawl.done('status', pawl.model)) as { outbox: object[] };
    expect(outbox).toMatchObject([{ receiver: 'openlineage', refused: 0, because: expect.stringContaining('503') as string }]);
    const found = (await pawl.run('doctor')).value as { part: string; ok: boolean; detail: string }[];
    expect(found.find(({ part }) => part === 'outbox')).toMatchObject({ ok: false });

    receiver.status = 201;
    await told('release COMPLETE');
    const five = steps('ingest', 'validate', 'train', 'evaluate', 'register');
    expect(receiver.story()).toEqual(['release START', ...five, 'release COMPLETE']);
    expect(receiver.events.flatMap((event) => (isEvent(event) ? [] : (isEvent.errors ?? [])))).toEqual([]);
    const { outputs, inputs, run } = receiver.events.at(-1) ?? {};
    expect(outputs).toMatchObject([{ name: `${pawl.model}.model`, facets: { version: { datasetVersion: 'v1' } } }]);
    expect(inputs?.length).toBeGreaterThan(0);
    expect(run?.facets['pawl_release']).toMatchObject({ outcome: 'promoted', version: 1 });
    expect(new Set(receiver.events.map((event) => event.run.runId)).size).toBe(6);
  });

  it('says which run did the work of a step that was taken from an earlier release', { timeout: 240_000 }, async () => {
    await pawl.apply(
      ...quickRollout,
      'training.params={"trees": 20}',
      'evaluation.gates=[{"r2": {"better_than_champion_by": 0.9}}]',
    );
    expect((await release()).value).toMatchObject({ outcome: 'rejected' });
    await told('release FAIL');
    const ended = (step: string) =>
      receiver.events.find(({ job, eventType }) => job.name.endsWith(`.${step}`) && eventType === 'COMPLETE');
    for (const step of ['ingest', 'validate', 'train'])
      expect(ended(step)?.run.facets['pawl_step']).toMatchObject({
        state: 'taken',
        takenFrom: { release: `${pawl.model}/1`, run: { runId: stepRunId(`${pawl.model}/1`, step) } },
      });
    expect(ended('evaluate')?.run.facets['pawl_step']).toMatchObject({ state: 'done', takenFrom: null });
    expect(receiver.events.flatMap((event) => (isEvent(event) ? [] : (isEvent.errors ?? [])))).toEqual([]);
  });

  it('says of a step that failed that it did, and of the release', { timeout: 240_000 }, async () => {
    await pawl.apply(...quickRollout, 'contract.rows.at_least=1000000');
    expect((await release()).value).toMatchObject({ outcome: 'rejected', version: null });
    await told('release FAIL');
    expect(receiver.story()).toEqual(['release START', ...steps('ingest'), 'validate START', 'validate FAIL', 'release FAIL']);
    expect(receiver.events.at(-2)?.run.facets['errorMessage']).toMatchObject({
      message: expect.stringContaining('PAWL_CONTRACT_VIOLATED') as string,
    });
  });

  it('names the file of a model that was imported, which the gates refuse', { timeout: 240_000 }, async () => {
    await pawl.apply(...quickRollout);
    const file = join(pawl.folder, 'team.onnx');
    writeFileSync(file, linearOnnx(new Array<number>(10).fill(0), 100));
    const golden = join(pawl.folder, 'golden.json');
    writeFileSync(golden, JSON.stringify({ rows: [mildMorning], scores: [100] }));
    const options = ['--onnx', file, '--golden', golden, '--reason', 'the model of a team', '--wait'];
    const { value, code } = await pawl.run('import', pawl.model, ...options);
    expect({ value, code }).toMatchObject({ value: { outcome: 'rejected', version: null }, code: 3 });
    await told('release FAIL');
    expect(receiver.story()).toEqual(['release START', ...steps('ingest', 'validate', 'train', 'evaluate'), 'release FAIL']);
    const train = receiver.events.findLast(({ job, eventType }) => job.name.endsWith('.train') && eventType === 'COMPLETE');
    expect(train?.inputs.at(-1)).toMatchObject({ namespace: 'file', name: 'team.onnx' });
    const executed = train?.run.facets['executionParameters'] as { parameters: { key: string; value: string }[] } | undefined;
    const kept = executed?.parameters.find(({ key }) => key === 'golden')?.value ?? 'null';
    expect(JSON.parse(kept)).toEqual({ file: 'golden.json', rows: 1, greatest_difference: 0 });
    expect(receiver.events.flatMap((event) => (isEvent(event) ? [] : (isEvent.errors ?? [])))).toEqual([]);
  });
});
