import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { predictBody, spliced } from './fuzz-arbitraries.ts';
import { bodyLimit, FuzzBed, holds, textOf } from './fuzz-bed.ts';
import { speak, type Heard } from './fuzz-sockets.ts';

const predictPath = '/v1/models/electricity/predict';

let bed: FuzzBed;

beforeAll(async () => {
  bed = await FuzzBed.create();
});
afterAll(() => bed.close());

describe('callers that do not keep to HTTP, or to any pace', () => {
  const request = (body: Buffer, length = body.length) =>
    Buffer.concat([Buffer.from(`POST ${predictPath} HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`), body]);
  const good = textOf({ row: { price: 1, region: 'NSW' } });
  const checkAll = ({ answers }: Heard) => {
    for (const { status, body } of answers) bed.check(status, body);
    return answers.some(({ status }) => status < 300);
  };

  it('are answered, refused or closed, whatever bytes they send', async () => {
    const whole = predictBody.map((body) => request(textOf(body)));
    const bytes = fc.oneof(
      whole,
      spliced(whole),
      fc.uint8Array({ maxLength: 200 }).map((some) => Buffer.from(some)),
    );
    await holds(fc.array(bytes, { minLength: 1, maxLength: 3 }), 150, async (pieces) => {
      const heard = await speak(bed.httpPort, { pieces, ending: 'half-close' });
      expect(heard.closed, Buffer.concat(pieces).toString('latin1')).toBe(true);
      return checkAll(heard);
    });
  });

  it('may send headers that mean more than their text', async () => {
    const header = fc.constantFrom(
      ...[
        'expect: 100-continue',
        'expect: tea',
        'connection: close',
        'connection: upgrade',
        'upgrade: websocket',
        'te: trailers',
      ],
      ...[
        'content-length: 5',
        'content-length: -1',
        'content-encoding: gzip',
        'host: y',
        'x-pawl-key: a',
        'x-pawl-key: b',
        ' folded',
      ],
      ...['transfer-encoding: chunked', 'transfer-encoding: gzip', 'transfer-encoding: chunked, chunked', 'a b: c', ': c'],
    );
    const version = fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'http/1.1');
    const chunked = Buffer.concat([Buffer.from(`${good.length.toString(16)}\r\n`), good, Buffer.from('\r\n0\r\n\r\n')]);
    const forms = fc.record({ version, headers: fc.array(header, { maxLength: 3 }), body: fc.constantFrom(good, good, chunked) });
    await holds(forms, 150, async ({ version, headers, body }) => {
      const length = body === chunked ? 'transfer-encoding: chunked' : `content-length: ${body.length}`;
      const lines = [`POST ${predictPath} ${version}`, 'host: x', length, ...headers, '', ''];
      const heard = await speak(bed.httpPort, { pieces: [Buffer.from(lines.join('\r\n')), body], ending: 'half-close' });
      expect(heard.closed, lines.join('\n')).toBe(true);
      return checkAll(heard);
    });
  });

  it('are read in whatever pieces they come', async () => {
    const cuts = fc.array(fc.nat(request(good).length), { minLength: 1, maxLength: 6 });
    await holds(cuts, 40, async (places) => {
      const ends = [0, ...places.toSorted((a, b) => a - b), request(good).length];
      const pieces = ends.slice(1).map((end, i) => request(good).subarray(ends[i], end));
      const heard = await speak(bed.httpPort, { pieces, pauseMs: 2, ending: 'half-close' });
      expect(heard.answers.map(({ status }) => status)).toEqual([200]);
      return checkAll(heard);
    });
  });

  it('may take longer than anybody else waits for', async () => {
    const slow = Array.from({ length: 10 }, async (_, i) => {
      const whole = request(good);
      const heard = await speak(bed.httpPort, {
        pieces: [whole.subarray(0, 10 * i), whole.subarray(10 * i)],
        pauseMs: 2500,
        ending: 'half-close',
        withinMs: 10_000,
      });
      expect(heard.answers.map(({ status }) => status)).toEqual([200]);
      checkAll(heard);
    });
    await Promise.all(slow);
  });

  it('may leave in the middle of a request, by half or wholly', async () => {
    const cut = fc.record({ at: fc.nat(request(good).length - 1), ending: fc.constantFrom('half-close', 'cut') });
    await holds(cut, 60, async ({ at, ending }) => {
      const heard = await speak(bed.httpPort, { pieces: [request(good).subarray(0, at)], ending });
      expect(heard.closed, `${at} ${ending}`).toBe(true);
      expect(checkAll(heard)).toBe(false);
      return true;
    });
  });

  it('may say that more comes than is taken', async () => {
    const status = await bed.post(predictPath, 'x'.repeat(bodyLimit + 1));
    expect(status).toBe(413);
    const heard = await speak(bed.httpPort, { pieces: [request(good, 2 ** 40)], ending: 'half-close' });
    expect(heard.answers.map((answer) => answer.status)).toEqual([413]);
    checkAll(heard);
  });

  it('leaves the gateway alive, with a log of what it answered and nothing else', () => bed.checkLog());
});
