import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  status,
  type ClientWritableStream,
  type ServiceError,
} from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { impatience } from './grpc-impatience.ts';

const method = '/test.Echo/Echo';
const asItIs = (bytes: Buffer) => bytes;
let server: Server;
let client: Client;
let withinMs: number;

beforeEach(() => {
  withinMs = 100;
});
afterEach(() => {
  client.close();
  server.forceShutdown();
});

async function start(): Promise<void> {
  server = new Server({ interceptors: [impatience(withinMs)] });
  const codec = { requestSerialize: asItIs, requestDeserialize: asItIs, responseSerialize: asItIs, responseDeserialize: asItIs };
  server.addService(
    { Echo: { path: method, requestStream: false, responseStream: false, ...codec } },
    {
      // Slower than a request may be to arrive.
      Echo: (call: { request: Buffer }, callback: (error: null, answer: Buffer) => void) =>
        setTimeout(() => callback(null, call.request), 2 * withinMs),
    },
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port))),
  );
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
}

/** A call that sends a message and ends only when it is told to. */
function open(settled: (error: ServiceError | null, answer?: Buffer) => void): ClientWritableStream<Buffer> {
  const call = client.makeClientStreamRequest(method, asItIs, asItIs, settled);
  call.write(Buffer.from('hello'));
  return call;
}

it('ends a call whose request is not there whole in time', async () => {
  await start();
  const error = await new Promise<ServiceError | null>((resolve) => open(resolve));
  expect(error?.code).toBe(status.DEADLINE_EXCEEDED);
  expect(error?.details).toContain('PAWL_REQUEST_MALFORMED');
});

it('lets a whole request take as long as it takes to answer', async () => {
  await start();
  const answer = await new Promise<Buffer | undefined>((resolve) => open((_, answer) => resolve(answer)).end());
  expect(answer?.toString()).toBe('hello');
});
