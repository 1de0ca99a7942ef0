import type { Frame } from '../data/dataset.ts';
import type { BehaviourSpec } from '../spec/evaluation-schema.ts';
import type { FeatureSpec } from '../spec/schema.ts';
import { percent } from '../stats/wording.ts';
import type { Answers } from './answers.ts';
import { frameOfRow, otherValues, raised } from './changed-rows.ts';
import { type GateResult, rounding, show } from './gate-result.ts';
import { proportionInterval } from './proportion-gaps.ts';

/** Of float32 scores: less is no fall. */
const noticeable = 1e-6;

/** What behaviour tests are run with. */
export interface BehaviourSubject {
  readonly frame: Frame;
  readonly features: Readonly<Record<string, FeatureSpec>>;
  /** The candidate's answers on `frame`. */
  readonly answers: Answers;
  /** The candidate's answers on other rows. */
  readonly score: (frame: Frame) => Promise<Answers>;
  readonly on: string;
  /** Of each end of an interval. */
  readonly confidence: number;
}

/**
 * Behaviour tests after M. Ribeiro, T. Wu, C. Guestrin and S. Singh ("Beyond Accuracy: Behavioral Testing", ACL 2020): invariance,
 * directional expectation, and rows whose answer is known.
 */
export async function checkBehaviour(tests: readonly BehaviourSpec[], subject: BehaviourSubject): Promise<GateResult[]> {
  const results: GateResult[] = [];
  for (const { invariance, direction, must_hold: mustHold } of tests) {
    if (invariance !== undefined) results.push(await checkInvariance(invariance, subject));
    if (direction !== undefined) results.push(await checkDirection(direction, subject));
    if (mustHold !== undefined) results.push(await checkRow(mustHold, subject));
  }
  return results;
}

async function checkInvariance(test: NonNullable<BehaviourSpec['invariance']>, subject: BehaviourSubject): Promise<GateResult> {
  const { frame, answers, features } = subject;
  const differs = (other: Answers, row: number) =>
    answers.call === null
      ? Math.abs((other.score[row] ?? NaN) - (answers.score[row] ?? NaN)) > (test.within ?? 0)
      : other.call?.[row] !== answers.call[row];
  const [judged, broken] = [new Uint8Array(frame.rows), new Uint8Array(frame.rows)];
  for (const { frame: changed, changed: isChanged } of otherValues(frame, test.column, test.by, features[test.column])) {
    const other = await subject.score(changed);
    for (let row = 0; row < frame.rows; row++) {
      if (isChanged[row] === 0) continue;
      judged[row] = 1;
      if (differs(other, row)) broken[row] = 1;
    }
  }
  const moved = answers.call === null ? `moves by more than ${test.within ?? 0}` : 'changes';
  const step = test.by === undefined ? 'has another value' : `is ${Math.abs(test.by)} more or less`;
  return ofRows(
    'invariance',
    test.column,
    `the answer ${moved} when ${test.column} ${step}`,
    sum(broken),
    sum(judged),
    test.except,
    subject,
  );
}

async function checkDirection(test: NonNullable<BehaviourSpec['direction']>, subject: BehaviourSubject): Promise<GateResult> {
  const { frame, answers, features } = subject;
  const rows = raised(frame, test.raise, test.by, features[test.raise]);
  const sign = test.score === 'not_lower' ? 1 : -1;
  let [judged, broken] = [0, 0];
  if (rows !== null) {
    const other = await subject.score(rows.frame);
    for (let row = 0; row < frame.rows; row++) {
      if (rows.changed[row] === 0) continue;
      judged++;
      const [before, after] = [answers.score[row] ?? NaN, other.score[row] ?? NaN];
      if (!(sign * (after - before) >= -noticeable * Math.max(1, Math.abs(before)))) broken++;
    }
  }
  const wrong = test.score === 'not_lower' ? 'falls' : 'rises';
  const step = test.by === undefined ? 'becomes true' : `is ${test.by} more`;
  return ofRows('direction', test.raise, `the score ${wrong} when ${test.raise} ${step}`, broken, judged, test.except, subject);
}

/** The share of rows for which a test does not hold, against the share that may. */
function ofRows(
  test: string,
  column: string,
  what: string,
  broken: number,
  judged: number,
  except: number,
  { on, confidence }: BehaviourSubject,
): GateResult {
  const gate = `${test} ${column}`;
  const rows = judged;
  if (judged === 0) {
    const because = `${column} cannot change in any of the ${on}: ${test} is not judged`;
    return { gate, metric: test, passed: true, value: null, bound: except, because, interval: null, rows, on };
  }
  const value = broken / judged;
  const ends = proportionInterval({ hits: broken, trials: judged }, confidence);
  return {
    gate,
    metric: test,
    passed: value <= except + rounding,
    value,
    bound: except,
    because:
      `${what} for ${percent(value, 2)} of ${judged} ${on} (${broken}; ${percent(ends.low, 2)} to ${percent(ends.high, 2)}, ` +
      `each end with ${percent(confidence)} confidence), at most ${percent(except, 2)} is asked`,
    interval: { ...ends, confidence, method: 'Wilson' },
    rows,
    on,
  };
}

async function checkRow(test: NonNullable<BehaviourSpec['must_hold']>, subject: BehaviourSubject): Promise<GateResult> {
  const { score, call } = await subject.score(frameOfRow(subject.frame, test.row));
  const said = score[0] ?? NaN;
  const told = Object.entries(test.row).map(([name, value]) => `${name} ${String(value)}`);
  const result = {
    gate: `must_hold ${told.join(', ')}`,
    metric: 'must_hold',
    value: said,
    interval: null,
    rows: 1,
    on: 'row of the spec',
  };
  const why = test.because === undefined ? '' : ` (${test.because})`;
  if (test.between !== undefined) {
    const [low, high] = test.between;
    const passed = said >= low - noticeable && said <= high + noticeable;
    const because = `a row with ${told.join(', ')} scores ${show(said)}, between ${low} and ${high} is asked${why}`;
    return { ...result, passed, bound: said < low ? low : high, because };
  }
  const { classes } = subject.frame;
  const answer = classes?.[call?.[0] ?? 0] ?? 'a class that these rows do not know';
  const because = `a row with ${told.join(', ')} is answered ${answer} with a score of ${show(said)}, ${test.answer} is asked${why}`;
  return { ...result, passed: answer === test.answer, bound: null, because };
}

const sum = (values: Uint8Array) => values.reduce((total, value) => total + value, 0);
