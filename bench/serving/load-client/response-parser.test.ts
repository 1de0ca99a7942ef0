import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedResponse, ResponseParser } from './response-parser.ts';

const response = (head: string, body: string) => Buffer.from(`HTTP/1.1 ${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);

describe('a response', () => {
  it('is read with its status and the counted header, in whatever case', () => {
    const parser = new ResponseParser('x-pawl-version');
    expect(parser.push(response('200 OK\r\nX-Pawl-Version: 3', '{}'))).toBe(true);
    expect(parser).toMatchObject({ status: 200, counted: '3', closes: false });
    expect(parser.push(response('503 Service Unavailable\r\nConnection: close', ''))).toBe(true);
    expect(parser).toMatchObject({ status: 503, counted: '', closes: true });
  });

  it('is the same in whatever pieces it comes, from memory that is used again', () => {
    const bytes = response('200 OK\r\nx-pawl-version: 12\r\ncontent-type: application/json', '{"score":0.5}\r\n\r\n');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: bytes.length - 1 })), (cuts) => {
        const parser = new ResponseParser('x-pawl-version');
        const buffer = Buffer.alloc(1000);
        const ends = [...new Set(cuts), bytes.length].toSorted((a, b) => a - b);
        const done = ends.map((end, i) => {
          const piece = bytes.subarray(ends[i - 1] ?? 0, end);
          buffer.fill(0);
          piece.copy(buffer);
          return parser.push(buffer.subarray(0, piece.length));
        });
        expect(done).toEqual(ends.map((end) => end === bytes.length));
        expect(parser).toMatchObject({ status: 200, counted: '12' });
      }),
    );
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['another protocol', 'HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n'],
    ['a status that is none', 'HTTP/1.1 2000\r\ncontent-length: 0\r\n\r\n'],
    ['a body without length', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'],
    ['chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n{}'],
    ['more than its body', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 200 OK'],
    ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}`],
  ])('is refused: %s', (_, text) => {
    expect(() => new ResponseParser(null).push(Buffer.from(text))).toThrow(MalformedResponse);
  });

  it('that was cut off is forgotten', () => {
    const parser = new ResponseParser(null);
    expect(parser.push(Buffer.from('HTTP/1.1 200 OK\r\ncontent-le'))).toBe(false);
    parser.reset();
    expect(parser.push(response('200 OK', '{}'))).toBe(true);
  });
});
