import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeadReader, valueOf } from './request-head.ts';

const parseHead = (text: string) => new HeadReader().read(text);

const head = (line: string, ...headers: string[]) => [line, 'host: x', ...headers].join('\r\n');
const post = (...headers: string[]) => head('POST /v1/models/m/predict HTTP/1.1', ...headers);

describe('the head of a request', () => {
  it('is its method, path, headers by their names in lower case, and the length of the body', () => {
    const read = parseHead(head('POST /v1/models/m/predict?x=1 HTTP/1.1', 'Content-Length: 12', 'X-Pawl-Key:\tcustomer 7 '));
    expect(read).toMatchObject({ method: 'POST', path: '/v1/models/m/predict', contentLength: 12 });
    expect(valueOf(read?.headers ?? [], 'x-pawl-key')).toBe('customer 7');
  });

  it('of a GET needs no length', () => {
    expect(parseHead(head('GET /healthz HTTP/1.1'))).toMatchObject({ contentLength: 0 });
  });

  it.each([
    ['a chunked body', post('transfer-encoding: chunked')],
    ['a length beside a chunked body', post('content-length: 5', 'transfer-encoding: chunked')],
    ['two lengths', post('content-length: 5', 'content-length: 6')],
    ['a length with a sign', post('content-length: +5')],
    ['a length in hexadecimal', post('content-length: 0x5')],
    ['a list of lengths', post('content-length: 5, 5')],
    ['an empty length', post('content-length: ')],
    ['no length', post()],
    ['a blank before the colon', post('content-length : 5')],
    ['a folded header', post('x-a: b\r\n c: d', 'content-length: 5')],
    ['a bare line feed in a value', post('x-a: b\ncontent-length: 5')],
    ['a bare carriage return in a value', post('x-a: b\rc', 'content-length: 5')],
    ['a zero byte in a value', post('x-a: \0', 'content-length: 5')],
    ['a header without a name', post(': x', 'content-length: 5')],
    ['a line that is no header', post('hello', 'content-length: 5')],
    ['a header twice', post('x-pawl-key: a', 'x-pawl-key: b', 'content-length: 5')],
    ['an expectation', post('expect: 100-continue', 'content-length: 5')],
    ['an upgrade', post('upgrade: websocket', 'content-length: 5')],
    ['a connection that is to end', post('connection: close', 'content-length: 5')],
    ['an encoded body', post('content-encoding: gzip', 'content-length: 5')],
    ['HTTP/1.0', head('POST / HTTP/1.0', 'content-length: 5')],
    ['another method', head('PUT / HTTP/1.1', 'content-length: 5')],
    ['a whole address for a path', head('GET http://x/ HTTP/1.1')],
    ['two blanks in the first line', head('GET  / HTTP/1.1')],
    ['no host', 'GET / HTTP/1.1'],
    ['an empty line in front', `\r\n${head('GET / HTTP/1.1')}`],
    ['more headers than anybody needs', post(...Array.from({ length: 101 }, (_, i) => `x-${i}: 1`), 'content-length: 5')],
  ])('is left to node:http with %s', (_, text) => {
    expect(parseHead(text)).toBeNull();
  });

  it('says of a length what is written, whatever surrounds it', () => {
    const name = fc.stringMatching(/^x-[a-z0-9]{1,10}$/);
    const value = fc.stringMatching(/^[ -~]{0,20}$/);
    fc.assert(
      fc.property(fc.nat(1e9), fc.uniqueArray(fc.tuple(name, value), { selector: ([n]) => n }), (length, others) => {
        const lines = others.map(([n, v]) => `${n}: ${v}`);
        expect(parseHead(post(...lines, `Content-Length: ${length}`))?.contentLength).toBe(length);
      }),
    );
  });

  it('is read the same the second time, however many lines there are', () => {
    const reader = new HeadReader();
    for (let i = 0; i < 10_000; i++) {
      const text = post(`x-pawl-key: caller-${i}`, `content-length: ${i}`);
      for (let time = 0; time < 2; time++) {
        const read = reader.read(text);
        expect(read?.contentLength).toBe(i);
        expect(valueOf(read?.headers ?? [], 'x-pawl-key')).toBe(`caller-${i}`);
      }
      expect(reader.read(post('transfer-encoding: chunked'))).toBeNull();
    }
  });
});
