import type { Problem } from '../../errors.ts';
import type { ModelTraffic } from '../model-traffic.ts';
import { callerHeaders, longestId, parseHeaders } from '../predict-request.ts';
import { predictionId } from '../prediction-id.ts';
import type { Answered, Predictor } from '../predictor.ts';
import { notForInference, type InferRequest } from './infer-request.ts';
import { versionNumber } from './lookup.ts';
import { outputNamesOf, outputsOf, type Output } from './outputs.ts';
import { rowsOf } from './tensor-rows.ts';

/** What was inferred, whichever way it is to go out. */
export interface Inferred {
  readonly model: string;
  /** Who answered; null for the default answer. */
  readonly version: number | null;
  readonly id: string;
  readonly fallback: Answered['fallback'];
  readonly outputs: readonly Output[];
}

/** A call as its protocol carries it. */
export interface Call {
  readonly traffic: ModelTraffic;
  readonly request: InferRequest;
  /** Asked for, as it was written; null where the traffic decides. */
  readonly version: string | null;
  /** A header or metadata entry by its name in lower case. */
  readonly header: (name: string) => string | null;
  /** When all of the request was there, monotonic ms. */
  readonly arrivedAt: number;
}

/**
 * Answers an infer request. A request of one row has its id as the prediction's; of several rows each has the id, a slash and
 * its place, from 0. Where the caller gave none the gateway makes one.
 * @throws FinalError PAWL_REQUEST_INVALID, PAWL_VERSION_NOT_SERVED, and what the predictor throws
 */
export async function infer(predictor: Predictor, call: Call): Promise<Inferred> {
  const { traffic, request, header, arrivedAt } = call;
  const asked = call.version === null ? null : versionNumber(traffic.model, call.version);
  const problems: Problem[] = [];
  const tell = (subject: string, message: string, hint?: string) =>
    problems.push({ subject, message, ...(hint === undefined ? {} : { hint }) });
  const caller = parseHeaders(callerHeaders(header), tell);
  const version = asked ?? caller.version;
  // Where it is not held, the predictor says what is wrong with asking for it.
  const judge = version === null ? traffic.champions()[0] : traffic.shelf.get(version);
  const signature = judge?.scorer.signature ?? null;
  const rows = rowsOf(request.inputs, signature, problems) ?? [];
  const id = request.id ?? predictionId();
  const ids = rows.length === 1 ? [id] : rows.map((_, i) => `${id}/${i}`);
  if ((ids.at(-1) ?? id).length > longestId)
    tell('id', `id leaves no room for the places of the rows in ${longestId} characters.`);
  const task = signature?.task ?? traffic.assignment?.task ?? 'binary-classification';
  const known = outputNamesOf(task);
  for (const name of request.outputs ?? [])
    if (!known.includes(name))
      tell('outputs', `There is no output ${name}: the model has no more than two classes.`, known.join(', '));
  if (problems.length > 0) throw notForInference(problems);

  const key = request.key ?? caller.key;
  const segment = request.segment ?? caller.segment;
  const answered = await predictor.predict(traffic, { ...caller, rows, ids, key, segment, version }, arrivedAt);
  return {
    model: traffic.model,
    version: answered.version,
    id,
    fallback: answered.fallback,
    outputs: outputsOf(request.outputs ?? known, task, answered.predictions, signature?.classes ?? []),
  };
}
