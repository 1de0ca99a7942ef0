import type { PairedCounts } from '../rollout/state.ts';
import { rangeOf, type Worth, worthOf } from '../rollout/worth.ts';
import { type LossSums, noLosses } from '../stats/betting.ts';
import type { ClassAnswers } from './traffic-profile.ts';

/**
 * Labelled pairs of a binary classifier come in eight kinds: what the label says, and which of the two sides is right. Their counts
 * are all that a rollout's rules see of them.
 */
export interface PairKind {
  readonly positive: boolean;
  readonly championRight: boolean;
  readonly challengerRight: boolean;
}

const [no, yes] = [false, true];
export const pairKinds: readonly PairKind[] = [no, yes].flatMap((positive) =>
  [yes, no].flatMap((championRight) => [yes, no].map((challengerRight) => ({ positive, championRight, challengerRight }))),
);

/**
 * How likely a pair is of each kind.
 * @param lost points of accuracy that the challenger is worse, of either class; where both differ in fewer pairs than that, they
 * differ in as many
 */
export function pairChances(answers: ClassAnswers, lost: number): number[] {
  return pairKinds.map(({ positive, championRight, challengerRight }) => {
    const label = positive ? 'positive' : 'negative';
    const of = positive ? answers.positives : 1 - answers.positives;
    const right = answers.accuracy[label];
    // No more can differ than there are right and wrong answers to differ on.
    const differ = Math.max(lost, Math.min(answers.disagreement[label], 2 * right, 2 * (1 - right) + lost));
    const alone = { champion: Math.min(right, (differ + lost) / 2), challenger: Math.max(0, (differ - lost) / 2) };
    if (championRight !== challengerRight) return of * (championRight ? alone.champion : alone.challenger);
    return of * Math.max(0, championRight ? right - alone.champion : 1 - right - alone.challenger);
  });
}

type Label = Pick<PairedCounts, 'labelled' | 'champion' | 'challenger' | 'standardError' | 'ownErrors' | 'losses'>;

/**
 * What `pairedMetrics` of src/rollout says of as many pairs of each kind.
 * @param wanted metrics: the others are left out
 */
export function classMetrics(counts: ArrayLike<number>, wanted: readonly string[], worth?: Worth): Label {
  const of = (kind: number) => counts[kind] ?? 0;
  const labelled = pairKinds.reduce((sum, _, kind) => sum + of(kind), 0);
  const none = { champion: {}, challenger: {} };
  const losses = lossesOf(of, wanted, worth);
  if (labelled === 0) return { labelled, ...none, standardError: {}, ownErrors: none, losses };
  const champion: Record<string, number> = {};
  const challenger: Record<string, number> = {};
  const standardError: Record<string, number> = {};
  for (const { name, over, under } of metricsOf(worth)) {
    if (!wanted.includes(name)) continue;
    const [own, other] = [estimate('challengerRight', of, over, under), estimate('championRight', of, over, under)];
    if (own !== null) challenger[name] = own.value;
    if (other !== null) champion[name] = other.value;
    if (own === null) continue;
    // The influences of all pairs add up to 0 on either side.
    const squares = own.influence.reduce((sum, part, kind) => sum + of(kind) * (part - (other?.influence[kind] ?? 0)) ** 2, 0);
    standardError[name] = labelled < 2 ? 0 : Math.sqrt(squares / (labelled - 1) / labelled);
  }
  return { labelled, champion, challenger, standardError, ownErrors: none, losses };
}

/** A metric as a sum over pairs over another: of what was said, and what is. */
interface Metric {
  readonly name: string;
  readonly over: (said: boolean, is: boolean) => number;
  readonly under: (said: boolean, is: boolean) => number;
}

const one = () => 1;
const hits = (said: boolean, is: boolean) => Number(said && is);
const plain: readonly Metric[] = [
  { name: 'accuracy', over: (said, is) => Number(said === is), under: one },
  { name: 'f1', over: (said, is) => 2 * hits(said, is), under: (said, is) => Number(said) + Number(is) },
  { name: 'precision', over: hits, under: (said) => Number(said) },
  { name: 'recall', over: hits, under: (_, is) => Number(is) },
];

function metricsOf(worth: Worth | undefined): readonly Metric[] {
  return worth === undefined ? plain : [...plain, { name: 'value', over: (said, is) => worthOf(worth, said, is), under: one }];
}

function estimate(
  side: 'championRight' | 'challengerRight',
  of: (kind: number) => number,
  over: Metric['over'],
  under: Metric['under'],
): { readonly value: number; readonly influence: readonly number[] } | null {
  let [sum, whole, pairs] = [0, 0, 0];
  const said = pairKinds.map((kind) => kind[side] === kind.positive);
  for (const [kind, { positive }] of pairKinds.entries()) {
    sum += of(kind) * over(said[kind] ?? false, positive);
    whole += of(kind) * under(said[kind] ?? false, positive);
    pairs += of(kind);
  }
  if (whole === 0) return null;
  const value = sum / whole;
  const mean = whole / pairs;
  const influence = pairKinds.map(
    ({ positive }, kind) => (over(said[kind] ?? false, positive) - value * under(said[kind] ?? false, positive)) / mean,
  );
  return { value, influence };
}

function lossesOf(
  of: (kind: number) => number,
  wanted: readonly string[],
  worth: Worth | undefined,
): NonNullable<PairedCounts['losses']> {
  const lost = ({ championRight, challengerRight }: PairKind) => Number(championRight) - Number(challengerRight);
  const losses: Partial<Record<'accuracy' | 'recall' | 'value', LossSums>> = {};
  if (wanted.includes('accuracy')) losses.accuracy = lossSums(of, lost, () => true);
  if (wanted.includes('recall')) losses.recall = lossSums(of, lost, ({ positive }) => positive);
  if (worth === undefined || !wanted.includes('value')) return losses;
  const range = rangeOf(worth);
  const value = (right: boolean, is: boolean) => worthOf(worth, right === is, is);
  const lostValue = (kind: PairKind) =>
    (value(kind.championRight, kind.positive) - value(kind.challengerRight, kind.positive)) / range;
  return { ...losses, value: range === 0 ? noLosses : lossSums(of, lostValue, () => true) };
}

function lossSums(
  of: (kind: number) => number,
  lossOf: (kind: PairKind) => number,
  counts: (kind: PairKind) => boolean,
): LossSums {
  const sums = new Map<number, number>();
  for (const [i, kind] of pairKinds.entries()) {
    if (of(i) > 0 && counts(kind)) sums.set(lossOf(kind), (sums.get(lossOf(kind)) ?? 0) + of(i));
  }
  const ordered = [...sums].toSorted(([a], [b]) => a - b);
  return { losses: ordered.map(([loss]) => loss), counts: ordered.map(([, count]) => count) };
}
