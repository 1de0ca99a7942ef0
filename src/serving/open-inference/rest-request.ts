import { FinalError, type Problem } from '../../errors.ts';
import { parseJson } from '../http-body.ts';
import { checkParameters, mostProblems, notForInference, readName, readOutputs, type InferRequest } from './infer-request.ts';
import type { OutputName } from './outputs.ts';
import { fromBinary, fromValues, readHead, shown, type Tensor } from './tensors.ts';

/** What a request says besides what it asks: which outputs are to come in binary. */
export interface RestRequest extends InferRequest {
  readonly binary: (output: OutputName) => boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** What the path of a request names. */
export interface Asked {
  readonly model: string;
  /** As it was written; null where the path names none. */
  readonly version: string | null;
}

const known = ['id', 'parameters', 'inputs', 'outputs', 'model_name', 'model_version'];
const knownOfInput = ['name', 'shape', 'datatype', 'parameters', 'data'];
const knownOfOutput = ['name', 'parameters'];

/** The binary data behind the JSON, taken from its front. */
interface Binary {
  rest: Buffer;
}

/**
 * The body of a V2 infer request: JSON, with Triton's binary tensor data extension behind it. `jsonLength`: the header
 * inference-header-content-length, null where all of the body is JSON. Some clients repeat in the body what the path says: `asked`.
 * @throws FinalError PAWL_REQUEST_MALFORMED, PAWL_REQUEST_TOO_LARGE, PAWL_REQUEST_INVALID with every problem
 */
export function parseRestRequest(body: Buffer, jsonLength: string | null, asked: Asked): RestRequest {
  const length = jsonLength === null ? body.length : /^\d{1,10}$/.test(jsonLength) ? Number(jsonLength) : NaN;
  if (!(length <= body.length))
    throw new FinalError('PAWL_REQUEST_MALFORMED', 'inference-header-content-length is no length within the body.');
  const json = parseJson(body.subarray(0, length));
  const binary: Binary = { rest: body.subarray(length) };
  const problems: Problem[] = [];
  const request = isObject(json) ? json : {};
  if (!isObject(json)) problems.push({ message: 'The body is not a JSON object.', hint: '{ "inputs": [ ... ] }' });
  refuseUnknown(request, known, 'the request', problems);
  for (const [name, right] of [
    ['model_name', asked.model],
    ['model_version', asked.version],
  ] as const)
    if (![undefined, null, '', right].includes(request[name] as string))
      problems.push({ subject: name, message: `${name} is another than in the path.` });

  const inputs: Tensor[] = [];
  for (const one of listOf(request['inputs'], 'inputs', problems)) {
    const input = problems.length < mostProblems ? readInput(one, binary, problems) : null;
    if (input !== null) inputs.push(input);
  }
  const outputs = listOf(request['outputs'] ?? [], 'outputs', problems)
    .slice(0, mostProblems)
    .map((output) => objectOf(output, 'outputs', problems));
  for (const output of outputs) refuseUnknown(output, knownOfOutput, 'an output', problems);
  const parameters = parametersOf(request, problems);
  const binaryByDefault = flag(parameters, 'binary_data_output', problems) ?? false;
  const binaryOf = new Map(
    outputs.map((output) => [output['name'], flag(parametersOf(output, problems), 'binary_data', problems)]),
  );
  const parsed: RestRequest = {
    id: readName('id', request['id'], problems),
    key: readName('key', parameters['key'], problems),
    segment: readName('segment', parameters['segment'], problems),
    inputs,
    outputs: readOutputs(
      outputs.map((output) => output['name']),
      problems,
    ),
    binary: (output) => binaryOf.get(output) ?? binaryByDefault,
  };
  if (problems.length === 0 && binary.rest.length > 0)
    problems.push({ subject: 'inputs', message: `There are ${binary.rest.length} bytes of data that belong to no input.` });
  if (problems.length > 0) throw notForInference(problems);
  return parsed;
}

function readInput(value: unknown, binary: Binary, problems: Problem[]): Tensor | null {
  const input = objectOf(value, 'inputs', problems);
  refuseUnknown(input, knownOfInput, 'an input', problems);
  const size = parametersOf(input, problems)['binary_data_size'];
  const bytes = size === undefined ? null : takeBytes(binary, size);
  const head = readHead(input['name'], input['datatype'], input['shape'], problems);
  if (head === null) return null;
  const tell = (message: string, hint?: string) =>
    problems.push({ subject: shown(head.name), message, ...(hint === undefined ? {} : { hint }) });
  const { data } = input;
  if (bytes !== null) {
    if (data === undefined) return fromBinary(head, bytes, problems);
    tell(`Tensor ${shown(head.name)} has data both as JSON and in binary.`);
  } else if (size !== undefined) {
    tell(`Tensor ${shown(head.name)} has a binary_data_size that is no length within the body.`);
  } else if (!Array.isArray(data)) {
    tell(`Tensor ${shown(head.name)} has no data.`, 'a list, or binary with the parameter binary_data_size');
  } else {
    const flat = flatten(data, head.width);
    if (flat !== null) return fromValues(head, flat, problems);
    tell(`Tensor ${shown(head.name)} has lists in its data that do not fit its shape.`, 'a list of rows, or of elements');
  }
  return null;
}

/** Null where there are not as many. */
function takeBytes(binary: Binary, size: unknown): Buffer | null {
  if (!Number.isSafeInteger(size) || Number(size) < 0 || Number(size) > binary.rest.length) return null;
  const bytes = binary.rest.subarray(0, Number(size));
  binary.rest = binary.rest.subarray(Number(size));
  return bytes;
}

/** Elements row by row, from a list of them or a list of rows; null where some are lists of another length. */
function flatten(data: readonly unknown[], width: number): readonly unknown[] | null {
  if (!Array.isArray(data[0])) return data;
  return data.every((row) => Array.isArray(row) && row.length === width) ? data.flat() : null;
}

function refuseUnknown(value: Json, names: readonly string[], what: string, problems: Problem[]): void {
  for (const name of Object.keys(value))
    if (!names.includes(name))
      problems.push({ subject: shown(name), message: `${shown(name)} is unknown in ${what}.`, hint: names.join(', ') });
}

function parametersOf(value: Json, problems: Problem[]): Json {
  const { parameters = {} } = value;
  const read = objectOf(parameters ?? {}, 'parameters', problems);
  checkParameters(read, problems);
  return read;
}

/** Null where it is not said. */
function flag(parameters: Json, name: string, problems: Problem[]): boolean | null {
  const value = parameters[name] ?? null;
  if (value === null || typeof value === 'boolean') return value;
  problems.push({ subject: name, message: `The parameter ${name} is true or false.` });
  return null;
}

function listOf(value: unknown, subject: string, problems: Problem[]): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value !== null || subject === 'inputs') problems.push({ subject, message: `${subject} is a list.` });
  return [];
}

function objectOf(value: unknown, subject: string, problems: Problem[]): Json {
  if (isObject(value)) return value;
  problems.push({ subject, message: `Something in ${subject} is not an object.` });
  return {};
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
