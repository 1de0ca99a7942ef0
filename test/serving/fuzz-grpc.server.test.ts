import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inferMessage, spliced, withMutations } from './fuzz-arbitraries.ts';
import { FuzzBed, holds } from './fuzz-bed.ts';
import { speak } from './fuzz-sockets.ts';

let bed: FuzzBed;

beforeAll(async () => {
  bed = await FuzzBed.create();
});
afterAll(() => bed.close());

describe('whatever callers send over gRPC', () => {
  const encoded = inferMessage.map((message) => bed.grpc.encode('ModelInfer', message) ?? Buffer.alloc(0));

  it('is answered, or refused with a code', async () => {
    await holds(withMutations(inferMessage), 300, async (message) => {
      const bytes = bed.grpc.encode('ModelInfer', message);
      // What the encoder refuses nobody can send.
      if (bytes === null) return false;
      const called = await bed.grpc.send('ModelInfer', bytes);
      bed.checkCall(called);
      return called.code === 0;
    });
  });

  it('may be any bytes for a message', async () => {
    const bytes = fc.oneof(
      encoded,
      spliced(encoded),
      fc.uint8Array({ maxLength: 200 }).map((some) => Buffer.from(some)),
    );
    await holds(bytes, 200, async (message) => {
      const called = await bed.grpc.send('ModelInfer', message);
      bed.checkCall(called);
      return called.code === 0;
    });
  });

  it('may be no HTTP/2 at all', async () => {
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const bytes = fc.uint8Array({ maxLength: 300 }).map((some) => Buffer.from(some));
    const speech = fc.oneof(
      bytes,
      bytes.map((some) => Buffer.concat([preface, some])),
    );
    await holds(fc.tuple(speech, fc.constantFrom('half-close', 'cut')), 60, async ([piece, ending]) => {
      const { closed } = await speak(bed.grpcPort, { pieces: [piece], ending });
      return closed;
    });
    expect((await bed.grpc.call('ServerLive', {})).code).toBe(0);
  });

  it('leaves the gateway alive, with a log of what it answered and nothing else', () => bed.checkLog());
});
