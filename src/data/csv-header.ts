import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

export interface CsvHeader {
  readonly delimiter: string;
  readonly columns: readonly string[];
}

/** A header is looked for in so many characters. */
const longest = 1 << 20;
const delimiters = [',', ';', '\t', '|'];

/** Reads the header line of a CSV file (`.gz`: compressed); null where the file is empty. */
export async function readCsvHeader(path: string): Promise<CsvHeader | null> {
  const file = createReadStream(path);
  const stream = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  file.on('error', (error) => stream.destroy(error));
  let text = '';
  try {
    for await (const piece of stream.setEncoding('utf8')) {
      text += piece;
      const header = parseCsvHeader(text, false);
      if (header !== null) return header;
      if (text.length > longest) throw new Error(`there is no header in its first ${longest} characters`);
    }
    return parseCsvHeader(text, true);
  } finally {
    file.destroy();
  }
}

/**
 * The names in the first line (RFC 4180 quoting, byte-order mark, any line end). The delimiter is the one of comma, semicolon, tab
 * and bar that makes sense of every quote and splits the line into the most names. Null where the line is not complete and `ended`
 * is false, or where there is none.
 */
export function parseCsvHeader(text: string, ended: boolean): CsvHeader | null {
  const body = text.replace(/^\uFEFF/, '');
  if (body === '') return null;
  const [best] = delimiters
    .map((delimiter) => ({ delimiter, ...firstRecord(body, delimiter) }))
    .toSorted((a, b) => a.strayQuotes - b.strayQuotes || b.columns.length - a.columns.length);
  return best === undefined || (!best.complete && !ended) ? null : { delimiter: best.delimiter, columns: best.columns };
}

function firstRecord(text: string, delimiter: string): { columns: string[]; complete: boolean; strayQuotes: number } {
  const columns: string[] = [];
  let name = '';
  let quoted = false;
  let closed = false;
  let strayQuotes = 0;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] ?? '';
    if (quoted) {
      if (letter !== '"') name += letter;
      else if (text[i + 1] === '"') name += text[i++];
      else [quoted, closed] = [false, true];
    } else if (letter === delimiter) {
      columns.push(name);
      [name, closed] = ['', false];
    } else if (letter === '\n' || letter === '\r') return { columns: [...columns, name], complete: true, strayQuotes };
    else if (letter === '"' && name === '' && !closed) quoted = true;
    else {
      // A quote in the middle of a name, or a name that goes on behind its closing quote.
      if (letter === '"' || closed) strayQuotes++;
      name += letter;
    }
  }
  return { columns: [...columns, name], complete: false, strayQuotes: strayQuotes + (quoted ? 1 : 0) };
}
