import { rowsFrom } from '../../data/holdout.ts';
import type { Frame } from '../../data/dataset.ts';
import { ModelMetadata } from '../../onnx/schema.ts';
import type { ModelSignature } from '../../onnx/signature.ts';
import { counted } from '../../stats/wording.ts';
import { stateKey } from './export.ts';
import type { FtrlParams } from './params.ts';
import { decodeState, type FtrlState } from './state.ts';

/** What a training goes on from, and on which rows; `state` is null where it begins anew. */
export interface Continuation {
  readonly state: FtrlState | null;
  /** The newest rows of the frame, all where it begins anew. */
  readonly frame: Frame;
  /** In words. */
  readonly because: string;
}

/** Goes on from the state inside an artifact where it is of the same columns, classes and parameters. */
export function continuation(
  prior: { readonly version: number; readonly onnx: Uint8Array },
  signature: ModelSignature,
  params: FtrlParams,
  frame: Frame,
): Continuation {
  const champion = `version ${prior.version}`;
  const anew = (why: string): Continuation => ({ state: null, frame, because: `Learned anew from all rows: ${why}.` });
  const text = stateText(prior.onnx);
  if (text === null) return anew(`${champion} was not made by ftrl`);
  const state = decodeState(text);
  if (state === null) return anew(`what ${champion} had learned cannot be read`);
  const changed = differences(state, signature, params);
  if (changed !== '') return anew(`${changed} since ${champion}`);
  if (state.newest === null || frame.timestamp === null)
    return anew(`without a timestamp in the contract nobody knows which rows ${champion} has seen`);
  const until = new Date(state.newest).toISOString();
  // A hold-out that reaches further back than the champion's: what it has seen of it would be taken for skill.
  if (state.newest > (frame.timestamp.at(-1) ?? -Infinity))
    return anew(`${champion} has learned rows up to ${until}, which are held out now`);
  const rest = rowsFrom(frame, state.newest + 1);
  const because = `Went on from ${champion} on ${counted(rest.rows, 'row')} after ${until}, the newest that it had learned.`;
  return { state, frame: rest, because };
}

function stateText(onnx: Uint8Array): string | null {
  const { metadata_props: entries } = ModelMetadata.toObject(ModelMetadata.decode(onnx)) as {
    metadata_props?: { key: string; value: string }[];
  };
  return entries?.find(({ key }) => key === stateKey)?.value ?? null;
}

/** In words; '' where nothing changed that what was learned depends on. */
function differences(state: FtrlState, signature: ModelSignature, params: FtrlParams): string {
  const [was, is] = [state.signature, signature];
  if (was.task !== is.task) return `the task changed (${was.task} -> ${is.task})`;
  if (JSON.stringify(was.classes) !== JSON.stringify(is.classes)) return 'the classes changed';
  if (JSON.stringify(was.features) !== JSON.stringify(is.features)) return 'the features changed';
  const names = ['alpha', 'beta', 'l1', 'l2', 'bins', 'levels'] as const;
  const moved = names.filter((name) => state.params[name] !== params[name]);
  const list = moved.map((name) => `${name} ${state.params[name]} -> ${params[name]}`).join(', ');
  return list === '' ? '' : `parameters changed (${list})`;
}
