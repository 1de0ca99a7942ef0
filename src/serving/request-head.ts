export interface Header {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

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
  readonly headers: readonly Header[];
  /** Of the body, bytes. */
  readonly contentLength: number;
}

/** Headers that mean more than their text, and those of which two would be ambiguous. */
const unusual = new Set(['transfer-encoding', 'expect', 'upgrade', 'te', 'trailer', 'content-encoding', 'proxy-connection']);
const requestLine = /^(GET|HEAD|POST) (\/[!-~]*) HTTP\/1\.1$/;
const headerLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*([\t\x20-\x7e\x80-\xff]*?)[\t ]*$/;
const mostHeaders = 100;

/** A header by its name in lower case; null where it was not sent. There are few: a look at each is quicker than a table of them. */
export function valueOf(headers: readonly Header[], name: string): string | null {
  for (const header of headers) if (header.name === name) return header.value;
  return null;
}

/** So many distinct lines are remembered, each as long as this at most. */
const remembered = 8192;
const longestRemembered = 256;

/** Reads heads. Their lines repeat, also where each caller has a key of its own: most are looked up and not read. */
export class HeadReader {
  #lines = new Map<string, Header | null>();
  #targets = new Map<string, Pick<RequestHead, 'method' | 'path'> | null>();

  /** `text`: everything before the empty line, a character a byte. Null for a head that is not in the plain form. */
  read(text: string): RequestHead | null {
    let end = text.indexOf('\r\n');
    const target = this.#targetOf(end === -1 ? text : text.slice(0, end));
    if (target === null) return null;
    const headers: Header[] = [];
    let hasHost = false;
    let length: string | null = null;
    while (end !== -1) {
      const start = end + 2;
      end = text.indexOf('\r\n', start);
      const line = this.#lineOf(end === -1 ? text.slice(start) : text.slice(start, end));
      // Of two equal headers node:http knows which to join, which to drop and which to refuse.
      if (line === null || headers.length >= mostHeaders || valueOf(headers, line.name) !== null) return null;
      headers.push(line);
      if (line.name === 'host') hasHost = true;
      else if (line.name === 'content-length') length = line.value;
    }
    if (!hasHost || (length === null && target.method === 'POST')) return null;
    return { method: target.method, path: target.path, headers, contentLength: Number(length ?? 0) };
  }

  #lineOf(text: string): Header | null {
    const known = this.#lines.get(text);
    if (known !== undefined) return known;
    const line = parseLine(text);
    if (this.#lines.size >= remembered) this.#lines = new Map();
    if (text.length <= longestRemembered) this.#lines.set(text, line);
    return line;
  }

  #targetOf(text: string): Pick<RequestHead, 'method' | 'path'> | null {
    const known = this.#targets.get(text);
    if (known !== undefined) return known;
    const target = parseTarget(text);
    if (this.#targets.size >= remembered) this.#targets = new Map();
    if (text.length <= longestRemembered) this.#targets.set(text, target);
    return target;
  }
}

function parseTarget(line: string): Pick<RequestHead, 'method' | 'path'> | null {
  const [, method, target] = requestLine.exec(line) ?? [];
  if (method === undefined || target === undefined) return null;
  const query = target.indexOf('?');
  return { method, path: query === -1 ? target : target.slice(0, query) };
}

function parseLine(text: string): Header | null {
  const [, written, value] = headerLine.exec(text) ?? [];
  if (written === undefined || value === undefined) return null;
  const name = written.toLowerCase();
  if (unusual.has(name)) return null;
  if (name === 'connection' && value.toLowerCase() !== 'keep-alive') return null;
  if (name === 'content-length' && !/^\d{1,10}$/.test(value)) return null;
  return { name, value };
}
