import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { checkJob, checkValues } from '../check-job.ts';
import { Checkpoints, jobDigest } from '../checkpoint.ts';
import { parseParams } from '../params.ts';
import { signatureOf } from '../signature-of.ts';
import type { Trainer } from '../trainer.ts';
import { begin, withNewLevels } from './begin.ts';
import { exportFtrl } from './export.ts';
import { Learner, weightsOf } from './learner.ts';
import { ftrlParams } from './params.ts';
import { type Continuation, continuation } from './prior.ts';
import { decodeState, encodeState, type FtrlState } from './state.ts';

/** Rows between two turns of the event loop, at most; a pass has a hundred of them at least, where it has so many rows. */
const rowsPerTurn = 16_384;

/** What is kept between two attempts. */
interface Progress {
  readonly done: number;
  readonly state: string;
}

/** Linear models on bins and categories, learned row by row: one pass, and later only of new rows. */
export const ftrl: Trainer = {
  name: 'ftrl',
  tasks: ['binary-classification', 'regression'],
  continues: true,

  checkParams(params) {
    parseParams('ftrl', ftrlParams, params);
  },

  async train(job, control) {
    const params = parseParams('ftrl', ftrlParams, job.params);
    const signature = signatureOf(job.task, job.frame);
    const prior = params.continue ? job.prior : undefined;
    const from: Pick<Continuation, 'state' | 'frame'> & { because?: string } =
      prior === undefined ? { state: null, frame: job.frame } : continuation(prior, signature, params, job.frame);
    if (from.state === null) checkJob(job, ftrl);
    else checkValues(job, ftrl);
    const { frame } = from;
    const weights = job.weights?.subarray(job.frame.rows - frame.rows);
    const priorDigest = prior === undefined ? null : createHash('sha256').update(prior.onnx).digest('hex');
    const checkpoints = new Checkpoints<Progress>(jobDigest('ftrl', { ...params, prior: priorDigest }, job), control);

    const resumed = checkpoints.resume();
    const first =
      from.state === null ? begin(signature, frame, weights, params, job.seed) : withNewLevels({ ...from.state, params }, frame);
    const learner = new Learner(resumed === null ? first : restored(resumed, first), frame, weights);
    const chunk = Math.max(1, Math.min(rowsPerTurn, Math.ceil(frame.rows / 100)));
    const chunks = Math.ceil(frame.rows / chunk);
    const total = chunks * params.passes;
    for (let done = resumed?.done ?? 0; done < total; done++) {
      control.signal.throwIfAborted();
      const begins = (done % chunks) * chunk;
      learner.learn(begins, Math.min(frame.rows, begins + chunk), done >= chunks);
      const progress = { phase: 'rows', done: done + 1, total };
      await control.onProgress(progress);
      if (done + 1 < total && checkpoints.due)
        await checkpoints.save({ done: done + 1, state: encodeState(learner.state(0)) }, progress);
      await nextTurn();
    }
    control.signal.throwIfAborted();
    const state = learner.state(frame.rows);
    const { because } = from;
    return { onnx: exportFtrl(state), params, importances: importancesOf(state), ...(because === undefined ? {} : { because }) };
  },
};

function restored({ state }: Progress, first: FtrlState): FtrlState {
  return decodeState(state) ?? first;
}

/** Each feature's share of the absolute weights, each by the standard deviation of its slot. */
function importancesOf(state: FtrlState): Record<string, number> {
  const weights = weightsOf(state).columns;
  const sums = state.columns.map(({ rows }, i) =>
    rows.reduce((sum, count, slot) => {
      const share = state.rows === 0 ? 0 : count / state.rows;
      return sum + Math.abs(weights[i]?.[slot] ?? 0) * Math.sqrt(share * (1 - share));
    }, 0),
  );
  const total = sums.reduce((sum, weight) => sum + weight, 0);
  return Object.fromEntries(
    state.signature.features.map(({ name }, i) => [name, total === 0 ? 1 / sums.length : (sums[i] ?? 0) / total]),
  );
}
