import { FinalError, type Problem } from '../../errors.ts';
import { datatypeNames, datatypeOf, type Datatype, type Element } from './datatypes.ts';

/** An input of a request, read and checked by itself. */
export interface Tensor {
  readonly name: string;
  readonly datatype: string;
  /** Its shape is [rows] or [rows, width]; the width of [rows] is 1. */
  readonly rows: number;
  readonly width: number;
  /** rows x width elements, row by row. */
  readonly elements: readonly Element[];
}

/** What a tensor says of itself, before its data is read. */
export interface TensorHead {
  readonly name: string;
  readonly datatype: string;
  readonly reader: Datatype;
  readonly rows: number;
  readonly width: number;
}

/** Most rows of one request: what it asks for must not hold up the others. */
export const mostRows = 10_000;

const longestName = 200;

/** A name as messages show it. */
export const shown = (name: string): string => (name.length > 80 ? `${name.slice(0, 80)}…` : name);

/**
 * Name, datatype and shape of an input, or null where they have mistakes, each of them then added to `problems`.
 * @throws FinalError PAWL_REQUEST_TOO_LARGE where it has more than `mostRows` rows
 */
export function readHead(name: unknown, datatype: unknown, shape: unknown, problems: Problem[]): TensorHead | null {
  if (typeof name !== 'string' || name.length === 0 || name.length > longestName) {
    problems.push({ subject: 'inputs', message: `The name of an input is text of 1 to ${longestName} characters.` });
    return null;
  }
  const before = problems.length;
  const tell = (message: string, hint: string) => problems.push({ subject: shown(name), message, hint });
  const reader = datatypeOf(datatype);
  if (reader === null) {
    const said = typeof datatype === 'string' ? shown(datatype) : 'no text';
    tell(`Tensor ${shown(name)} has the datatype ${said}.`, `known are ${datatypeNames.join(', ')}`);
  }
  const [rows, width = 1] = Array.isArray(shape) ? (shape as readonly unknown[]) : [];
  const fits = Array.isArray(shape) && shape.length <= 2 && isExtent(rows) && isExtent(width);
  if (!fits) tell(`Tensor ${shown(name)} has a shape that no column has.`, '[rows] or [rows, 1]');
  else if (rows > mostRows)
    throw new FinalError('PAWL_REQUEST_TOO_LARGE', `Tensor ${shown(name)} has ${rows} rows; a request takes ${mostRows}.`);
  if (!fits || reader === null || problems.length > before) return null;
  return { name, datatype: String(datatype), reader, rows, width };
}

function isExtent(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

/** Elements in binary: little-endian, row by row, texts with their length as 4 bytes before them. */
export function fromBinary(head: TensorHead, bytes: Buffer, problems: Problem[]): Tensor | null {
  const { name, datatype, reader, rows, width } = head;
  const { size } = reader;
  const count = rows * width;
  const ends = size === null ? null : count * size;
  const unfit = () => {
    const right = ends === null ? `${count} texts, each after its length` : `${ends}`;
    const message = `Tensor ${shown(name)} has ${bytes.length} bytes of data, which do not fit its shape.`;
    problems.push({ subject: shown(name), message, hint: `${datatype} of this shape takes ${right}` });
    return null;
  };
  if (ends !== null && ends !== bytes.length) return unfit();
  const elements: Element[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const end = size === null ? endOfText(bytes, at) : at + size;
    if (end > bytes.length) return unfit();
    const element = reader.read(bytes, at);
    if (element === undefined) return noElement(head, i, problems);
    elements.push(element);
    at = end;
  }
  return at === bytes.length ? { name, datatype, rows, width, elements } : unfit();
}

/** Past the end where not even the length is there. */
function endOfText(bytes: Buffer, at: number): number {
  return at + 4 > bytes.length ? Infinity : at + 4 + bytes.readUInt32LE(at);
}

/** Elements as JSON or typed contents have them. */
export function fromValues(head: TensorHead, values: readonly unknown[], problems: Problem[]): Tensor | null {
  const { name, datatype, reader, rows, width } = head;
  if (values.length !== rows * width) {
    const message = `Tensor ${shown(name)} has ${values.length} elements, which do not fit its shape.`;
    problems.push({ subject: shown(name), message, hint: `its shape takes ${rows * width}` });
    return null;
  }
  const elements: Element[] = [];
  for (let i = 0; i < values.length; i++) {
    const element = reader.take(values[i]);
    if (element === undefined) return noElement(head, i, problems);
    elements.push(element);
  }
  return { name, datatype, rows, width, elements };
}

function noElement({ name, datatype, width }: TensorHead, at: number, problems: Problem[]): null {
  const row = Math.floor(at / width) + 1;
  problems.push({ subject: shown(name), message: `Row ${row}: tensor ${shown(name)} has an element that is no ${datatype}.` });
  return null;
}
