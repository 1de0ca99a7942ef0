import { FinalError, type Problem } from '../../errors.ts';
import { isName, longestId } from '../predict-request.ts';
import { outputNames, type OutputName } from './outputs.ts';
import { shown, type Tensor } from './tensors.ts';

/** A request for inference, whichever way it came. */
export interface InferRequest {
  /** Null where the caller gave none. */
  readonly id: string | null;
  readonly key: string | null;
  readonly segment: string | null;
  readonly inputs: readonly Tensor[];
  /** In the order of the answer; null: all of them. */
  readonly outputs: readonly OutputName[] | null;
}

/** Nobody reads more, and what has so many is read no further. */
export const mostProblems = 100;

export function notForInference(problems: readonly Problem[]): FinalError {
  return new FinalError('PAWL_REQUEST_INVALID', 'The request is not one for inference; nothing was predicted.', {
    problems: problems.slice(0, mostProblems),
  });
}

/** Inputs in shared memory and answers as classifications are other data than what the request would else mean. */
const refused = /^(shared_memory_(region|offset|byte_size)|classification)$/;

/** Parameters that mean nothing here are hints to other servers; those that would change the meaning are mistakes. */
export function checkParameters(parameters: Readonly<Record<string, unknown>>, problems: Problem[]): void {
  for (const name of Object.keys(parameters))
    if (refused.test(name)) problems.push({ subject: name, message: `The parameter ${name} is not supported.` });
}

/** A text that names something; null where it is absent or empty, which in the protocol is the same. */
export function readName(subject: string, value: unknown, problems: Problem[]): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (isName(value)) return value;
  problems.push({ subject, message: `${subject} is text of at most ${longestId} printable characters.` });
  return null;
}

/** The names of the requested outputs; null for all of them: none is named. */
export function readOutputs(names: readonly unknown[], problems: Problem[]): OutputName[] | null {
  const outputs: OutputName[] = [];
  for (const name of names) {
    const known = outputNames.find((one) => one === name);
    const said = typeof name === 'string' ? shown(name) : 'without a name';
    if (known === undefined)
      problems.push({ subject: 'outputs', message: `There is no output ${said}.`, hint: outputNames.join(', ') });
    else if (outputs.includes(known)) problems.push({ subject: 'outputs', message: `Output ${known} is asked for twice.` });
    else outputs.push(known);
  }
  return outputs.length === 0 ? null : outputs;
}
