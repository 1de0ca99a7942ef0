import type { Problem } from '../../errors.ts';
import type { ModelSignature } from '../../onnx/signature.ts';
import type { Element } from './datatypes.ts';
import { shown, type Tensor } from './tensors.ts';

/** A row as predict requests have it: an element for each column. */
export type Row = Readonly<Record<string, Element>>;

type Features = ModelSignature['features'];

/**
 * The rows of a request: from one tensor a column, or from one of [rows, features] in the signature's order where no feature
 * is a category. Null where they make none, with the mistakes then in `problems`. Without a `signature` (nothing is loaded)
 * columns go by their names unchecked: the predictor knows what to answer.
 */
export function rowsOf(tensors: readonly Tensor[], signature: ModelSignature | null, problems: Problem[]): Row[] | null {
  const [first] = tensors;
  if (first === undefined) {
    problems.push({ subject: 'inputs', message: 'There are no inputs.', hint: 'a tensor for each column' });
    return null;
  }
  const features = signature?.features ?? null;
  if (features !== null && tensors.length === 1 && isWhole(first, features)) return fromWhole(first, features, problems);
  const before = problems.length;
  const columns = new Map<string, Tensor>();
  for (const tensor of tensors) {
    const { name, rows, width } = tensor;
    const tell = (message: string, hint: string) => problems.push({ subject: shown(name), message, hint });
    if (columns.has(name)) tell(`Tensor ${shown(name)} occurs twice.`, 'one tensor for each column');
    if (width !== 1) tell(`Tensor ${shown(name)} has ${width} columns.`, '[rows] or [rows, 1]');
    if (rows !== first.rows)
      tell(`Tensor ${shown(name)} has ${rows} rows and ${shown(first.name)} has ${first.rows}.`, 'as many rows in each');
    columns.set(name, tensor);
  }
  if (features !== null) checkColumns(columns, features, problems);
  if (problems.length > before) return null;
  // In the signature's order: rows are read fastest in it.
  return zip(features === null ? tensors : features.flatMap(({ name }) => columns.get(name) ?? []), first.rows);
}

/** One tensor for all columns: its name is no feature's. */
function isWhole({ name }: Tensor, features: Features): boolean {
  return features.every((feature) => feature.name !== name && feature.type !== 'category');
}

function fromWhole({ name, datatype, rows, width, elements }: Tensor, features: Features, problems: Problem[]): Row[] | null {
  const tell = (message: string, hint: string) => problems.push({ subject: shown(name), message, hint });
  const order = features.map((feature) => feature.name);
  const names = `${order.slice(0, 30).join(', ')}${order.length > 30 ? ', …' : ''}`;
  if (width !== features.length) {
    const hint = `[rows, ${features.length}] in the order ${names}, or a tensor for each`;
    tell(`Tensor ${shown(name)} has ${width} columns and is no column of the model, which has ${features.length}.`, hint);
    return null;
  }
  if (datatype === 'BYTES' || datatype === 'BOOL') {
    tell(`Tensor ${shown(name)} has the datatype ${datatype}; the columns take numbers.`, 'FP32, FP64 or an integer');
    return null;
  }
  return Array.from({ length: rows }, (_, i) => {
    const row: Record<string, Element> = {};
    for (let column = 0; column < width; column++) row[order[column] ?? ''] = elements[i * width + column] ?? null;
    return row;
  });
}

function zip(columns: readonly Tensor[], rows: number): Row[] {
  return Array.from({ length: rows }, (_, i) => {
    const row: Record<string, Element> = {};
    for (const { name, elements } of columns) row[name] = elements[i] ?? null;
    return row;
  });
}

function checkColumns(columns: ReadonlyMap<string, Tensor>, features: Features, problems: Problem[]): void {
  const unknown = new Set(columns.keys());
  for (const { name, type } of features) {
    const datatype = columns.get(name)?.datatype;
    unknown.delete(name);
    if (datatype === undefined)
      problems.push({ subject: name, message: `Column ${name} is missing.`, hint: 'NaN or an empty text for a missing value' });
    else if (!takes(type, datatype))
      problems.push({
        subject: name,
        message: `Column ${name} does not take the datatype ${datatype}.`,
        hint: type === 'category' ? 'BYTES' : type === 'boolean' ? 'BOOL, or numbers 0 and 1' : 'FP32, FP64 or an integer',
      });
  }
  for (const name of unknown) {
    const alike = features.find((feature) => feature.name.toLowerCase() === name.toLowerCase())?.name;
    const known = features.slice(0, 30).map((feature) => feature.name);
    const hint = alike === undefined ? `the model's columns are ${known.join(', ')}` : `did you mean ${alike}?`;
    problems.push({ subject: shown(name), message: `Column ${shown(name)} is unknown to the model.`, hint });
  }
}

function takes(type: Features[number]['type'], datatype: string): boolean {
  if (type === 'category') return datatype === 'BYTES';
  return datatype !== 'BYTES' && (type === 'boolean' || datatype !== 'BOOL');
}
