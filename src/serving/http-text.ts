import { STATUS_CODES } from 'node:http';
import type { Answer } from './http-answer.ts';

/** The time as HTTP writes it changes once a second. */
let second = 0;
let date = '';

function dateNow(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    date = new Date(now * 1000).toUTCString();
  }
  return date;
}

/**
 * An answer as HTTP/1.1 has it: text of a character a byte, or bytes where the body is no ASCII. `last`: the caller is told
 * that the connection ends with it.
 */
export function answerText(answer: Answer, last: boolean, headOnly: boolean): string | Buffer {
  const { status, body, type, headers } = answer;
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: ${type}\r\ncontent-length: ${bytes}\r\ndate: ${dateNow()}\r\n`;
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
  head += last ? 'connection: close\r\n\r\n' : '\r\n';
  if (headOnly) return head;
  if (typeof body === 'string' && bytes === body.length) return head + body;
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body as string)]);
}
