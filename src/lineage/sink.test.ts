import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from './run-event.ts';
import { fileSink, httpSink } from './sink.ts';

const event = { eventType: 'START', job: { name: 'a\nb' } } as unknown as RunEvent;

describe('a receiver over HTTP', () => {
  let server: Server;
  let url: string;
  let last: { readonly request: IncomingMessage; readonly body: string } | null = null;
  let status = 200;
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        last = { request, body };
        response.writeHead(status).end('what it says');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('gets the event where OpenLineage clients send theirs, or at the path that is named', async () => {
    expect(await httpSink(url, 'secret').send(event)).toBe('sent');
    expect(last?.request).toMatchObject({ method: 'POST', url: '/api/v1/lineage', headers: { authorization: 'Bearer secret' } });
    expect(JSON.parse(last?.body ?? '')).toEqual(event);
    await httpSink(`${url}/events?team=a`).send(event);
    expect(last?.request.url).toBe('/events?team=a');
    expect(last?.request.headers.authorization).toBeUndefined();
  });

  it.each([400, 413, 422])('refuses an event for good with %i', async (code) => {
    status = code;
    expect(await httpSink(url).send(event)).toEqual({ refused: `${url} answers ${code}: what it says` });
  });

  it.each([401, 404, 429, 500, 503])('gets it again after %i, which people or time set right', async (code) => {
    status = code;
    await expect(httpSink(url).send(event)).rejects.toMatchObject({ code: 'PAWL_LINEAGE_UNAVAILABLE', retryable: true });
  });

  it('gets it again where nobody answers', async () => {
    const nobody = httpSink('http://127.0.0.1:9');
    await expect(nobody.send(event)).rejects.toMatchObject({ code: 'PAWL_LINEAGE_UNAVAILABLE' });
    await expect(nobody.reach()).rejects.toMatchObject({ code: 'PAWL_LINEAGE_UNAVAILABLE' });
  });

  it('is asked whether it is there without an event, at the path that takes them', async () => {
    // What takes events only has no page to show.
    for (const answer of [200, 404, 405]) {
      status = answer;
      expect(await httpSink(url, 'secret').reach()).toBe(`${url} answers`);
      expect(last?.request).toMatchObject({ method: 'GET', url: '/api/v1/lineage', headers: { authorization: 'Bearer secret' } });
    }
    for (const answer of [401, 403, 500, 503]) {
      status = answer;
      await expect(httpSink(url).reach()).rejects.toThrow(`${url} does not take events: it answers ${answer} (what it says)`);
    }
  });
});

describe('a file of events', () => {
  it('has one a line, in order, in a folder that need not be there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pawl-lineage-'));
    const file = join(folder, 'sub', 'events.ndjson');
    await fileSink(file).send(event);
    await fileSink(file).send({ ...event, eventType: 'COMPLETE' });
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as RunEvent).eventType)).toEqual(['START', 'COMPLETE']);
    await expect(fileSink(join(file, 'below-a-file')).send(event)).rejects.toMatchObject({ code: 'PAWL_LINEAGE_UNAVAILABLE' });
    await rm(folder, { recursive: true });
  });

  it('is looked at without being made', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pawl-lineage-'));
    const file = join(folder, 'events.ndjson');
    for (const path of [file, join(folder, 'sub', 'sub', 'events.ndjson')])
      expect(await fileSink(path).reach()).toBe(`${path} can be written`);
    expect(await readdir(folder)).toEqual([]);
    await fileSink(file).send(event);
    expect(await fileSink(file).reach()).toBe(`${file} can be written`);
    for (const path of [folder, join(file, 'below-a-file')])
      await expect(fileSink(path).reach()).rejects.toThrow(`${path} cannot be written: `);
    await rm(folder, { recursive: true });
  });
});
