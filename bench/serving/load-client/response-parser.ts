/** Longest head that is taken, bytes. */
const longestHead = 16_384;

/** The bytes are no HTTP/1.1 response of a kind that the targets give. */
export class MalformedResponse extends Error {}

/**
 * Reads one response after the other of a connection that has one request under way at a time. It takes what the targets
 * answer and refuses all else, so that a broken answer counts as an error: HTTP/1.1, a content-length, nothing after the body.
 */
export class ResponseParser {
  /** Of the last complete response. */
  status = 0;
  /** The server closes the connection after it. */
  closes = false;
  /** The value of the counted header; '' where it was not sent. */
  counted = '';
  #kept: Buffer | null = null;
  readonly #header: string | null;

  /** @param countBy a header's name in lower case; null: none */
  constructor(countBy: string | null) {
    this.#header = countBy === null ? null : `\r\n${countBy}:`;
  }

  /**
   * Takes the next bytes, which are copied where they have to be kept. True when the response is complete.
   * @throws MalformedResponse
   */
  push(chunk: Buffer): boolean {
    const bytes = this.#kept === null ? chunk : Buffer.concat([this.#kept, chunk]);
    const text = bytes.toString('latin1', 0, Math.min(bytes.length, longestHead));
    const end = text.indexOf('\r\n\r\n');
    if (end === -1) {
      if (bytes.length >= longestHead) throw new MalformedResponse('the head does not end');
      return this.#keep(bytes, chunk);
    }
    const head = text.slice(0, end).toLowerCase();
    const whole = end + 4 + this.#bodyLength(head);
    if (bytes.length < whole) return this.#keep(bytes, chunk);
    if (bytes.length > whole) throw new MalformedResponse('there are bytes after the body');
    this.#kept = null;
    this.status = statusOf(head);
    this.closes = valueOf(head, '\r\nconnection:') === 'close';
    this.counted = this.#header === null ? '' : (valueOf(head, this.#header) ?? '');
    return true;
  }

  /** Forgets a response that was cut off. */
  reset(): void {
    this.#kept = null;
  }

  #keep(bytes: Buffer, chunk: Buffer): false {
    // The connection reads into the same memory again.
    this.#kept = bytes === chunk ? Buffer.from(chunk) : bytes;
    return false;
  }

  #bodyLength(head: string): number {
    statusOf(head);
    if (valueOf(head, '\r\ntransfer-encoding:') !== null) throw new MalformedResponse('the body has no stated length');
    const length = valueOf(head, '\r\ncontent-length:');
    if (length === null || !/^\d+$/.test(length)) throw new MalformedResponse('there is no content-length');
    return Number(length);
  }
}

function statusOf(head: string): number {
  const status = head.startsWith('http/1.1 ') ? Number(head.slice(9, 12)) : NaN;
  const after = head[12];
  if (!(status >= 200 && status <= 599) || (after !== ' ' && after !== '\r'))
    throw new MalformedResponse('it does not begin with a status line');
  return status;
}

/** @param name as `\r\nname:` */
function valueOf(head: string, name: string): string | null {
  const at = head.indexOf(name);
  if (at === -1) return null;
  const end = head.indexOf('\r\n', at + 2);
  return head.slice(at + name.length, end === -1 ? undefined : end).trim();
}
