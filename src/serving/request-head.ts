/**
 * The head of a request in the plain form in which nearly all of them come. Whatever is rare, doubtful or wrong (chunked
 * bodies, `expect`, a folded header, a length given twice, a blank before a colon) is not read here but left to node:http: two
 * readers that disagree on where a request ends are how requests are smuggled, so this one only takes what nobody can read
 * in two ways.
 */
export interface RequestHead {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  /** Of the body, bytes. */
  readonly contentLength: number;
}

/** Headers that mean more than their text, and those of which two would be ambiguous. */
const unusual = new Set(['transfer-encoding', 'expect', 'upgrade', 'te', 'trailer', 'content-encoding', 'proxy-connection']);
const requestLine = /^(GET|HEAD|POST) (\/[!-~]*) HTTP\/1\.1$/;
const headerLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*([\t\x20-\x7e\x80-\xff]*?)[\t ]*$/;
const mostHeaders = 100;

/**
 * `text`: everything before the empty line, a character a byte. Null for a head that is not in the plain form.
 */
export function parseHead(text: string): RequestHead | null {
  const lines = text.split('\r\n');
  const [, method, target] = requestLine.exec(lines[0] ?? '') ?? [];
  if (method === undefined || target === undefined || lines.length > mostHeaders) return null;
  const headers = new Map<string, string>();
  for (let i = 1; i < lines.length; i++) {
    const [, name, value] = headerLine.exec(lines[i] ?? '') ?? [];
    if (name === undefined || value === undefined) return null;
    const key = name.toLowerCase();
    // Of two equal headers node:http knows which to join, which to drop and which to refuse.
    if (unusual.has(key) || headers.has(key)) return null;
    headers.set(key, value);
  }
  const connection = headers.get('connection');
  if (connection !== undefined && connection.toLowerCase() !== 'keep-alive') return null;
  if (!headers.has('host')) return null;
  const length = headers.get('content-length') ?? (method === 'POST' ? '' : '0');
  if (!/^\d{1,10}$/.test(length)) return null;
  const query = target.indexOf('?');
  return { method, path: query === -1 ? target : target.slice(0, query), headers, contentLength: Number(length) };
}

/** Heads repeat: a caller sends the same one again and again. So many distinct ones are remembered. */
const remembered = 1000;

/** Reads heads, the ones it has seen lately without reading them. */
export class HeadReader {
  #heads = new Map<string, RequestHead>();

  read(text: string): RequestHead | null {
    const known = this.#heads.get(text);
    if (known !== undefined) return known;
    const head = parseHead(text);
    if (head === null) return null;
    if (this.#heads.size >= remembered) this.#heads = new Map();
    this.#heads.set(text, head);
    return head;
  }
}
