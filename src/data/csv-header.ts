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
      if (header !== null || text.length > longest) return header;
    }
    return parseCsvHeader(text, true);
  } finally {
    file.destroy();
  }
}

/**
 * The names in the first line (RFC 4180 quoting, byte-order mark, any line end). The delimiter is the one of comma, semicolon, tab
 * and bar that splits it into the most names. Null where the line is not complete and `ended` is false, or where there is none.
 */
export function parseCsvHeader(text: string, ended: boolean): CsvHeader | null {
  const body = text.replace(/^\uFEFF/, '');
  const candidates = delimiters.flatMap((delimiter) => {
    const columns = firstRecord(body, delimiter, ended);
    return columns === null ? [] : [{ delimiter, columns }];
  });
  return candidates.reduce<CsvHeader | null>(
    (best, next) => (best === null || next.columns.length > best.columns.length ? next : best),
    null,
  );
}

function firstRecord(text: string, delimiter: string, ended: boolean): string[] | null {
  const names: string[] = [];
  let name = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] ?? '';
    if (quoted) {
      if (letter !== '"') name += letter;
      else if (text[i + 1] === '"') name += text[i++];
      else quoted = false;
    } else if (letter === '"' && name === '') quoted = true;
    else if (letter === delimiter) {
      names.push(name);
      name = '';
    } else if (letter === '\n' || letter === '\r') return [...names, name];
    else name += letter;
  }
  return ended && !quoted && text !== '' ? [...names, name] : null;
}
