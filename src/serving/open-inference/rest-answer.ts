import { jsonAnswer, type Answer } from '../http-answer.ts';
import type { Inferred } from './infer.ts';
import { parametersOf, shapeOf, toBinary, type Output, type OutputName } from './outputs.ts';

/** The answer to an infer request: JSON, and behind it the outputs that `binary` names. */
export function restAnswer(inferred: Inferred, binary: (output: OutputName) => boolean): Answer {
  const { model, version, id, fallback, outputs } = inferred;
  const parts: Buffer[] = [];
  const body = {
    model_name: model,
    ...(version === null ? {} : { model_version: String(version) }),
    id,
    ...(fallback === null ? {} : { parameters: { fallback } }),
    outputs: outputs.map((output) => {
      const { name, datatype } = output;
      const shape = shapeOf(output);
      const parameters = parametersOf(output);
      const told = parameters.classes === undefined ? {} : { parameters };
      if (!binary(name)) return { name, datatype, shape, ...told, data: jsonElements(output) };
      const bytes = toBinary(output);
      parts.push(bytes);
      return { name, datatype, shape, parameters: { ...parameters, binary_data_size: bytes.length } };
    }),
  };
  const headers: Record<string, string> = {
    ...(version === null ? {} : { 'x-pawl-version': String(version) }),
    ...(fallback === null ? {} : { 'x-pawl-fallback': fallback }),
  };
  if (parts.length === 0) return jsonAnswer(200, body, headers);
  const json = Buffer.from(JSON.stringify(body));
  return {
    status: 200,
    body: Buffer.concat([json, ...parts]),
    type: 'application/octet-stream',
    headers: { ...headers, 'inference-header-content-length': String(json.length) },
  };
}

/** JSON has no NaN. */
function jsonElements({ elements }: Output): readonly (string | number | null)[] {
  return elements.map((element) => (typeof element === 'number' && Number.isNaN(element) ? null : element));
}
