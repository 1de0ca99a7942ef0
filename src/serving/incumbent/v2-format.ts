import type { ParsedRow } from '../row-parsing.ts';
import { type AskedFeature, cellOf } from './cells.ts';
import { findByName, meansAnswer } from './endpoint-answer.ts';
import { type FoundRows, isObject } from './json-formats.ts';

/** One tensor of a request: a feature's column, or all features as one matrix. */
interface InputPlan {
  readonly name: string;
  readonly datatype: string;
  readonly features: readonly AskedFeature[];
  /** Of the shape: [rows] or [rows, features]. */
  readonly rank: 1 | 2;
}

/** How an endpoint wants its tensors. */
export interface V2Plan {
  readonly inputs: readonly InputPlan[];
  /** Those to ask for by name, because some servers leave out the probabilities else; empty: what it gives by itself. */
  readonly outputs: readonly string[];
  /** It does not say: the request says to a server that guesses (MLServer) that the tensors are columns of one table. */
  readonly guessed: boolean;
}

const datatypes = { number: 'FP64', boolean: 'BOOL', category: 'BYTES' } as const;

/** A tensor for each feature, named by it, of shape [rows, 1]: for endpoints whose metadata name no inputs. */
export function guessedPlan(features: readonly AskedFeature[]): V2Plan {
  const inputs = features.map((feature) => {
    return { name: feature.name, datatype: datatypes[feature.type], features: [feature], rank: 2 } as const;
  });
  return { inputs, outputs: [], guessed: true };
}

/**
 * From the metadata of a model (`GET /v2/models/{model}`): a tensor for each input that is named by a feature, in its datatype and
 * rank; or one matrix of all features, in the contract's order, where the model has one input of another name.
 * @returns null where the metadata name no inputs; a sentence where features and inputs do not meet
 */
export function planOf(metadata: unknown, features: readonly AskedFeature[]): V2Plan | string | null {
  const listed = listOf(metadata, 'inputs');
  if (listed.length === 0) return null;
  const byName = new Map(features.map((feature) => [feature.name, feature]));
  const outputs = listOf(metadata, 'outputs').flatMap(({ name }) => (meansAnswer(String(name)) ? [String(name)] : []));
  const inputs: InputPlan[] = [];
  const strange: string[] = [];
  for (const { name, datatype, shape } of listed) {
    const feature = byName.get(String(name));
    if (feature === undefined) strange.push(String(name));
    else inputs.push({ name: feature.name, datatype: String(datatype), features: [feature], rank: rankOf(shape) });
  }
  const [only] = listed;
  if (listed.length === 1 && strange.length === 1 && only !== undefined) {
    const width = Array.isArray(only['shape']) ? Number(only['shape'].at(-1)) : -1;
    if (width > 0 && width !== features.length)
      return `its input ${strange[0]} takes ${width} columns, and there are ${features.length} features`;
    return {
      inputs: [{ name: strange[0] ?? '', datatype: String(only['datatype']), features, rank: 2 }],
      outputs,
      guessed: false,
    };
  }
  if (strange.length > 0) return `it has inputs that are no feature: ${strange.slice(0, 10).join(', ')}`;
  return { inputs, outputs, guessed: false };
}

const listOf = (json: unknown, key: string): Readonly<Record<string, unknown>>[] =>
  isObject(json) && Array.isArray(json[key]) ? json[key].filter(isObject) : [];

const rankOf = (shape: unknown): 1 | 2 => (Array.isArray(shape) && shape.length === 1 ? 1 : 2);

export function encodeV2({ inputs, outputs, guessed }: V2Plan, rows: readonly ParsedRow[]): unknown {
  return {
    ...(guessed ? { parameters: { content_type: 'pd' } } : {}),
    inputs: inputs.map(({ name, datatype, features, rank }) => ({
      name,
      datatype,
      shape: rank === 1 ? [rows.length] : [rows.length, features.length],
      data: rows.flatMap((row) => features.map((feature) => elementOf(row, feature, datatype))),
      ...(guessed && datatype === 'BYTES' ? { parameters: { content_type: 'str' } } : {}),
    })),
    ...(outputs.length === 0 ? {} : { outputs: outputs.map((name) => ({ name })) }),
  };
}

/** The protocol has no missing text, and JSON no NaN: they go as empty text, and as null. */
function elementOf(row: ParsedRow, feature: AskedFeature, datatype: string): unknown {
  const cell = cellOf(row, feature);
  if (datatype === 'BYTES') return cell === null ? '' : String(cell);
  return typeof cell === 'boolean' && datatype !== 'BOOL' ? Number(cell) : cell;
}

/**
 * Outputs named as score or prediction, or the only one; each of a value a row, or of one for each class (their probabilities).
 * @param classes that it tells apart
 */
export function decodeV2(json: unknown, rows: number, classes = 2): FoundRows {
  const outputs = listOf(json, 'outputs');
  if (outputs.length === 0) return 'there are no `outputs`';
  const columns = new Map<string, readonly unknown[]>();
  for (const { name, data } of outputs) {
    const flat: unknown[] = Array.isArray(data) ? data.flat(3) : [];
    const width = flat.length / rows;
    if (width === 1) columns.set(String(name), flat);
    if (width === classes)
      columns.set(
        String(name),
        Array.from({ length: rows }, (_, i) => flat.slice(width * i, width * (i + 1))),
      );
  }
  const { score, prediction, only } = findByName(columns, classes > 2) as Readonly<
    Record<string, readonly unknown[] | undefined>
  >;
  if ((score ?? prediction ?? only) === undefined) {
    const names = outputs.map(({ name }) => String(name)).join(', ');
    return `of the outputs ${names} none is named score or prediction and has a value for each of ${rows} rows`;
  }
  return Array.from({ length: rows }, (_, i) => ({
    ...(score === undefined ? {} : { score: score[i] }),
    ...(prediction === undefined ? {} : { prediction: prediction[i] }),
    ...(only === undefined ? {} : { only: only[i] }),
  }));
}
