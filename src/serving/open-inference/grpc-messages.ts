import type { Problem } from '../../errors.ts';
import type { Inferred } from './infer.ts';
import { checkParameters, mostProblems, notForInference, readName, readOutputs, type InferRequest } from './infer-request.ts';
import { parametersOf, shapeOf, toBinary } from './outputs.ts';
import { fromBinary, fromValues, readHead, shown, type Tensor } from './tensors.ts';

/** A value of a parameter: `parameter_choice` names the field that is set. */
type Parameter = Readonly<Record<string, unknown>>;
type Parameters = Readonly<Record<string, Parameter>>;

/** inference.ModelInferRequest as proto-loader decodes it: absent fields have proto3's defaults. */
export interface ModelInferRequest {
  readonly model_name: string;
  readonly model_version: string;
  readonly id: string;
  readonly parameters: Parameters;
  readonly inputs: readonly {
    readonly name: string;
    readonly datatype: string;
    readonly shape: readonly number[];
    readonly parameters: Parameters;
    readonly contents: Readonly<Record<string, readonly unknown[]>> | null;
  }[];
  readonly outputs: readonly { readonly name: string; readonly parameters: Parameters }[];
  readonly raw_input_contents: readonly Buffer[];
}

/**
 * A request for inference from its message.
 * @throws FinalError PAWL_REQUEST_TOO_LARGE, PAWL_REQUEST_INVALID with every problem
 */
export function parseGrpcRequest(message: ModelInferRequest): InferRequest {
  const problems: Problem[] = [];
  const { inputs, raw_input_contents: raw } = message;
  if (raw.length > 0 && raw.length !== inputs.length)
    problems.push({ subject: 'inputs', message: `There are ${raw.length} raw_input_contents for ${inputs.length} inputs.` });
  const parameters = valuesOf(message.parameters, problems);
  for (const output of message.outputs) valuesOf(output.parameters, problems);
  const tensors: Tensor[] = [];
  for (let i = 0; i < inputs.length && problems.length < mostProblems; i++) {
    const input = inputs[i];
    const tensor = input === undefined ? null : readInput(input, raw[i] ?? null, problems);
    if (tensor !== null) tensors.push(tensor);
  }
  const parsed: InferRequest = {
    id: readName('id', message.id, problems),
    key: readName('key', parameters['key'], problems),
    segment: readName('segment', parameters['segment'], problems),
    inputs: tensors,
    outputs: readOutputs(
      message.outputs.map((output) => output.name),
      problems,
    ),
  };
  if (problems.length > 0) throw notForInference(problems);
  return parsed;
}

function readInput(input: ModelInferRequest['inputs'][number], raw: Buffer | null, problems: Problem[]): Tensor | null {
  valuesOf(input.parameters, problems);
  const head = readHead(input.name, input.datatype, input.shape, problems);
  if (head === null) return null;
  const filled = Object.entries(input.contents ?? {}).filter(([, values]) => values.length > 0);
  const tell = (message: string, hint: string) => problems.push({ subject: shown(head.name), message, hint });
  if (raw !== null) {
    if (filled.length === 0) return fromBinary(head, raw, problems);
    tell(`Tensor ${shown(head.name)} has both raw and typed contents.`, 'one of them');
    return null;
  }
  const { contents } = head.reader;
  const [wrong] = filled.find(([field]) => field !== contents) ?? [];
  if (wrong === undefined) return fromValues(head, input.contents?.[contents] ?? [], problems);
  tell(`Tensor ${shown(head.name)} has its ${head.datatype} in ${wrong}.`, contents);
  return null;
}

/** Parameters by name, each as the value that is set in it. */
function valuesOf(parameters: Parameters, problems: Problem[]): Readonly<Record<string, unknown>> {
  const values = Object.fromEntries(
    Object.entries(parameters).map(([name, one]) => [name, one[String(one['parameter_choice'])] ?? null]),
  );
  checkParameters(values, problems);
  return values;
}

/** inference.ModelInferResponse; raw contents where `raw`, which is what the request came in. */
export function grpcAnswer({ model, version, id, fallback, outputs }: Inferred, raw: boolean) {
  return {
    model_name: model,
    model_version: version === null ? '' : String(version),
    id,
    parameters: fallback === null ? {} : { fallback: { string_param: fallback } },
    outputs: outputs.map((output) => ({
      name: output.name,
      datatype: output.datatype,
      shape: shapeOf(output),
      parameters: Object.fromEntries(Object.entries(parametersOf(output)).map(([name, text]) => [name, { string_param: text }])),
      ...(raw ? {} : { contents: typed(output.datatype, output.elements) }),
    })),
    raw_output_contents: raw ? outputs.map(toBinary) : [],
  };
}

function typed(datatype: string, elements: readonly (string | number)[]) {
  return datatype === 'FP64'
    ? { fp64_contents: elements }
    : { bytes_contents: elements.map((element) => Buffer.from(String(element))) };
}
