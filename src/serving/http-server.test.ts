import { Agent, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { errorAnswer, jsonAnswer, type Answer, type HttpRequest } from './http-answer.ts';
import { HttpServer } from './http-server.ts';

let server: HttpServer;
let base: string;
let port: number;
let answer: (request: HttpRequest) => Promise<Answer>;
const refused: string[] = [];
const sockets: Socket[] = [];

const echo = (request: HttpRequest) => {
  const { method, path, body } = request;
  return Promise.resolve(jsonAnswer(200, { method, path, key: request.header('x-pawl-key'), body: body.toString() }));
};

beforeEach(async () => {
  answer = echo;
  refused.length = 0;
  server = new HttpServer({
    answer: (request) => answer(request),
    refuse: (error, { path }) => {
      refused.push(path);
      return errorAnswer(error);
    },
    monotonic: () => performance.now(),
    bodyLimit: 1000,
  });
  ({ port } = await server.listen(0, '127.0.0.1'));
  base = `http://127.0.0.1:${port}`;
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close(100);
});

/** Speaks to the server on a bare socket, and hears all that it says until it hangs up or `until` is heard. */
function raw(until: (heard: string) => boolean = () => false) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  sockets.push(socket);
  let heard = '';
  const ended = new Promise<string>((resolve) => {
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      if (until(heard)) resolve(heard);
    });
    socket.on('end', () => resolve(heard));
    socket.on('error', () => resolve(heard));
  });
  return { socket, ended };
}

const post = (body: string, ...headers: string[]) =>
  ['POST /p HTTP/1.1', 'host: x', `content-length: ${Buffer.byteLength(body)}`, ...headers, '', body].join('\r\n');
const chunked = (body: string) =>
  `POST /p HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
const bodiesOf = (heard: string) => [...heard.matchAll(/"body":"([^"]*)"/g)].map(([, body]) => body);

describe("the gateway's front", () => {
  it('hands method, path, headers and body on', async () => {
    const response = await fetch(`${base}/v1/a%20b?query`, {
      method: 'POST',
      body: 'ü',
      headers: { 'x-pawl-key': 'customer 7' },
    });
    expect(await response.json()).toEqual({ method: 'POST', path: '/v1/a%20b', key: 'customer 7', body: 'ü' });
    expect(response.headers.get('date')).toMatch(/ GMT$/);
  });

  it('answers requests that come in any pieces, plain and chunked, in their order', async () => {
    const message = fc.record({ body: fc.stringMatching(/^[a-z]{1,40}$/), isChunked: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
        async (messages, sizes) => {
          const bytes = messages.map(({ body, isChunked }) => (isChunked ? chunked(body) : post(body))).join('');
          const { socket, ended } = raw((heard) => bodiesOf(heard).length === messages.length);
          socket.setNoDelay(true);
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const size = sizes[i % sizes.length] ?? 1;
            await new Promise((resolve) => socket.write(bytes.slice(at, at + size), resolve));
            at += size;
          }
          expect(bodiesOf(await ended)).toEqual(messages.map(({ body }) => body));
          socket.destroy();
        },
      ),
      { numRuns: 30 },
    );
  });

  it('answers a HEAD without a body', async () => {
    const { socket, ended } = raw();
    socket.end('HEAD /h HTTP/1.1\r\nhost: x\r\n\r\n');
    const heard = await ended;
    expect(heard).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(heard).toMatch(/\r\n\r\n$/);
  });

  it.each([
    ['with a length', (body: string) => post(body)],
    ['that turns out so only while it comes in', chunked],
  ])('refuses an oversized body %s', async (_, message) => {
    const { socket, ended } = raw();
    socket.write(message('x'.repeat(2000)));
    expect(await ended).toMatch(/^HTTP\/1\.1 413 [^]*PAWL_REQUEST_TOO_LARGE/);
    expect(refused).toEqual(['/p']);
  });

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['a length that is none', 'POST /p HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n'],
    ['two lengths', 'POST /p HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['no host', 'GET /p HTTP/1.1\r\n\r\n'],
  ])('refuses %s with 400 and hangs up', async (_, message) => {
    const { socket, ended } = raw();
    socket.write(message);
    expect(await ended).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('answers a caller that has said all and still listens', async () => {
    const { socket, ended } = raw();
    socket.end(post('all'));
    expect(bodiesOf(await ended)).toEqual(['all']);
  });

  it('tells a caller that stops in the middle of its body what it missed', async () => {
    const { socket, ended } = raw();
    socket.end(post('whole').slice(0, -2));
    expect(await ended).toMatch(/^HTTP\/1\.1 400 [^]*PAWL_REQUEST_MALFORMED/);
    expect(refused).toEqual(['/p']);
  });

  it('outlives a caller that hangs up in the middle of its body', async () => {
    const { socket } = raw();
    await new Promise((resolve) => socket.write(post('whole').slice(0, -2), resolve));
    socket.destroy();
    await vi.waitFor(() => expect(refused).toEqual(['/p']));
    expect((await fetch(base)).status).toBe(200);
  });

  it('waits for a slow caller, and answers the others meanwhile', async () => {
    const { socket, ended } = raw((heard) => bodiesOf(heard).length === 2);
    const message = post('slow');
    socket.write(message.slice(0, 30));
    // Longer than the fast lane waits: the connection goes over to node:http and is answered there.
    const until = Date.now() + 2300;
    while (Date.now() < until) {
      expect((await fetch(base)).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    socket.write(message.slice(30));
    socket.write(post('next'));
    expect(bodiesOf(await ended)).toEqual(['slow', 'next']);
  });

  it('answers what is in flight when it closes, says that it ends, and takes nothing new', async () => {
    let release: (() => void) | undefined;
    answer = () => new Promise((resolve) => (release = () => resolve(jsonAnswer(200, {}))));
    const agent = new Agent({ keepAlive: true });
    const status = new Promise<string>((resolve, reject) => {
      const request = httpRequest(base, { method: 'POST', agent }, (response) => {
        resolve(`${response.statusCode} ${response.headers.connection}`);
        response.resume();
      });
      request.on('error', reject);
      request.end('{}');
    });
    await vi.waitFor(() => expect(release).toBeDefined());
    const closed = server.close(10_000);
    await expect(fetch(base)).rejects.toThrow('fetch failed');
    release?.();
    expect(await status).toBe('200 close');
    await closed;
    agent.destroy();
  });

  it('cuts what is still open when it has waited long enough', async () => {
    answer = () => new Promise(() => undefined);
    const { socket, ended } = raw();
    socket.write(post('never'));
    await vi.waitFor(() => expect(socket.bytesWritten).toBeGreaterThan(0));
    await new Promise((resolve) => setImmediate(resolve));
    await server.close(50);
    expect(await ended).toBe('');
  });
});
