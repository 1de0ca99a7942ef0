import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { load } from './load.ts';
import type { LoadPlan } from './plan.ts';

const ok = 'HTTP/1.1 200 OK\r\nx-turn: a\r\ncontent-length: 2\r\n\r\n{}';
const requests = ['one', 'two', 'three'].map((text) => Buffer.from(text));

let server: Server;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

/** A server that gives each request, which comes whole, to `answer`. */
async function serve(answer: (socket: Socket, request: string) => void): Promise<number> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => answer(socket, String(bytes)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const plan = (port: number, some: Partial<LoadPlan> = {}): LoadPlan => ({
  port,
  requestsFile: '',
  connections: 4,
  rate: null,
  warmUp: 0,
  duration: 0.3,
  timeoutMs: 2000,
  countBy: 'x-turn',
  ...some,
});

describe('a load', () => {
  it('sends every request in its turn, one at a time on each connection, and counts each answer once', async () => {
    const seen = new Map<string, number>();
    const port = await serve((socket, request) => {
      seen.set(request, (seen.get(request) ?? 0) + 1);
      socket.write(ok);
    });
    const result = await load(plan(port), requests);
    const counts = [...seen.values()];
    expect([...seen.keys()].toSorted()).toEqual(['one', 'three', 'two']);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    expect(result.total).toBe(counts.reduce((sum, count) => sum + count, 0));
    expect(result).toMatchObject({ errors: {}, counted: { a: result.total } });
  });

  it('counts what goes wrong by its kind, and goes on', async () => {
    let turn = 0;
    const port = await serve((socket) => {
      turn++;
      if (turn === 1) socket.write('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n');
      else if (turn === 2) socket.end();
      else if (turn === 3) socket.write('nonsense\r\n\r\n');
      else if (turn !== 4) socket.write(ok);
    });
    const result = await load(plan(port, { connections: 1, timeoutMs: 150, duration: 1 }), requests);
    expect(result.errors).toEqual({ 'status 503': 1, closed: 1, malformed: 1, timeout: 1 });
    expect(result.total).toBe(turn - 4);
  });

  it('misses nobody when an idle connection is closed, or an answer says that it will be', async () => {
    const port = await serve((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n', () => socket.end()),
    );
    const result = await load(plan(port), requests);
    expect(result.total).toBeGreaterThan(4);
    expect(result.errors).toEqual({});
  });

  it('counts refused connections', async () => {
    const port = await serve(() => undefined);
    server.close();
    const result = await load(plan(port), requests);
    expect(result.total).toBe(0);
    expect(result.errors['refused']).toBeGreaterThan(0);
  });
});

describe('a load at a fixed rate', () => {
  it('sends what is due, no more and no less', async () => {
    const port = await serve((socket) => socket.write(ok));
    const result = await load(plan(port, { rate: 500, duration: 0.5, warmUp: 0.1 }), requests);
    expect(result).toMatchObject({ answered: 250, total: 300, errors: {} });
  });

  it('charges a target that stalls for every request that it made wait', async () => {
    let stalled: Socket[] | null = [];
    const port = await serve((socket) => {
      if (stalled === null) socket.write(ok);
      else stalled.push(socket);
    });
    const loading = load(plan(port, { rate: 200, connections: 2, duration: 0.5 }), requests);
    // Longer than the load: every request waits for at least the time from its turn to the end of the stall.
    await new Promise((resolve) => setTimeout(resolve, 800));
    for (const socket of stalled.splice(0)) socket.write(ok);
    stalled = null;
    const { answered, latency, errors } = await loading;
    expect({ answered, errors }).toEqual({ answered: 100, errors: {} });
    expect(latency.p50).toBeGreaterThan(500);
  });

  it('counts what was never answered', async () => {
    const port = await serve(() => undefined);
    const result = await load(plan(port, { rate: 50, connections: 2, duration: 0.2, timeoutMs: 100 }), requests);
    expect(result).toMatchObject({ total: 0, errors: { timeout: 10 } });
  });
});
