import type { LoggedPrediction } from '../serving/logged-prediction.ts';
import { correlationTime } from '../stats/correlation-time.ts';
import { standardDeviation, summarise } from '../stats/summary.ts';
import { middles, type ClassAnswers, type NumberAnswers, usual } from './traffic-profile.ts';

type Row = Pick<LoggedPrediction, 'id' | 'at' | 'version' | 'role' | 'score' | 'prediction'>;

/** One request as both versions of a trial answered it, and its label where that has come. */
export interface RecordedPair {
  readonly champion: { readonly score: number; readonly prediction: string };
  readonly challenger: { readonly score: number; readonly prediction: string };
  readonly label: string | null;
}

/** Rows of one trial by request: those that both sides scored, in the order of time. */
export function recordedPairs(
  rows: readonly Row[],
  sides: { readonly champion: number; readonly challenger: number },
  labels: ReadonlyMap<string, string>,
): RecordedPair[] {
  const champion = new Map(rows.filter(({ version }) => version === sides.champion).map((row) => [row.id, row]));
  const inOrder = rows.toSorted((a, b) => a.at - b.at);
  return inOrder.flatMap((row) => {
    const other = row.version === sides.challenger ? champion.get(row.id) : undefined;
    return other === undefined ? [] : [{ champion: other, challenger: row, label: labels.get(row.id) ?? null }];
  });
}

/** Of fewer labelled answers, or pairs, nothing is told. */
const least = 50;

/** What was made of answers and pairs, and what was assumed beside it. */
export interface Told<Answers> {
  readonly answers: Answers;
  readonly madeOf: readonly string[];
  readonly assumed: readonly string[];
}

/**
 * How right a classifier is, by its own labelled answers, and how often two versions differ, by pairs; null with too few labelled
 * answers.
 * @param labelled answers of the champion
 * @param positive the class that counts as positive
 */
export function classAnswers(
  labelled: readonly { readonly prediction: string; readonly label: string }[],
  pairs: readonly RecordedPair[],
  positive: string,
): Told<ClassAnswers> | null {
  if (labelled.length < least) return null;
  const of = (is: boolean) => labelled.filter(({ label }) => (label === positive) === is);
  // One right and one wrong answer more: what was never seen is not impossible.
  const accuracyOf = (is: boolean) =>
    (of(is).filter(({ prediction, label }) => prediction === label).length + 1) / (of(is).length + 2);
  const differ = (some: readonly RecordedPair[]) =>
    some.filter(({ champion, challenger }) => champion.prediction !== challenger.prediction).length;
  const known = pairs.length >= least;
  const overall = known ? differ(pairs) / pairs.length : usual.disagreement;
  const byLabel = (is: boolean) => {
    const own = pairs.filter(({ label }) => label !== null && (label === positive) === is);
    return own.length >= least ? differ(own) / own.length : overall;
  };
  return {
    answers: {
      task: 'binary-classification',
      positives: of(true).length / labelled.length,
      accuracy: { negative: accuracyOf(false), positive: accuracyOf(true) },
      disagreement: { negative: byLabel(false), positive: byLabel(true) },
      alike: alikeBy(
        pairs,
        ({ champion, challenger, label }) => Number(champion.prediction === label) - Number(challenger.prediction === label),
      ),
    },
    madeOf: [
      `${labelled.length} labelled answers of the champion`,
      ...(known ? [`${pairs.length} requests that both versions of the last rollout scored`] : []),
    ],
    assumed: known ? [] : ['two versions that answer one in ten requests differently, independently of each other'],
  };
}

/** How far off a regressor is, by its own labelled answers, and how alike two versions are, by pairs; null with too few labels. */
export function numberAnswers(
  labelled: readonly { readonly score: number; readonly label: string }[],
  pairs: readonly RecordedPair[],
): Told<NumberAnswers> | null {
  const errors = labelled.map(({ score, label }) => Math.abs(score - Number(label))).filter(Number.isFinite);
  if (errors.length < least) return null;
  const ordered = errors.toSorted((a, b) => a - b);
  const known = pairs.filter(({ label }) => label !== null && Number.isFinite(Number(label)));
  const spread = standardDeviation(summarise(pairs.map(({ champion }) => champion.score)));
  const apart = pairs.filter(({ champion, challenger }) => Math.abs(champion.score - challenger.score) > spread).length;
  const alike = known.length >= least;
  return {
    answers: {
      task: 'regression',
      errors: middles(100).map((share) => ordered[Math.floor(share * ordered.length)] ?? 0),
      correlation: alike ? correlationOf(known) : usual.correlation,
      disagreement: pairs.length >= least ? apart / pairs.length : usual.disagreement,
      alike: alikeBy(
        known,
        ({ champion, challenger, label }) =>
          Math.abs(challenger.score - Number(label)) - Math.abs(champion.score - Number(label)),
      ),
    },
    madeOf: [
      `${errors.length} labelled answers of the champion`,
      ...(alike ? [`${known.length} labelled requests that both versions of the last rollout scored`] : []),
    ],
    assumed: alike ? [] : ["two versions' errors correlated by 0.9, requests independent of each other"],
  };
}

/** Labelled pairs worth one, by what the challenger lost on each. */
function alikeBy(pairs: readonly RecordedPair[], lossOf: (pair: RecordedPair) => number): number {
  const time = correlationTime(pairs.filter(({ label }) => label !== null).map(lossOf));
  return Number(time.toFixed(2));
}

/** Of the errors of both sides (K. Pearson, 1895), 0 to 0.999: below 0 they are no two models of one thing. */
function correlationOf(pairs: readonly RecordedPair[]): number {
  const errors = (side: 'champion' | 'challenger') => pairs.map((pair) => pair[side].score - Number(pair.label));
  const [a, b] = [errors('champion'), errors('challenger')];
  const [own, other] = [summarise(a), summarise(b)];
  const covariance = a.reduce((sum, error, i) => sum + (error - own.mean) * ((b[i] ?? 0) - other.mean), 0);
  const scale = Math.sqrt(own.squares * other.squares);
  return scale === 0 ? 0 : Math.min(0.999, Math.max(0, covariance / scale));
}
