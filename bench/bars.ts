/** Something that a run has to show. */
export interface Bar {
  readonly name: string;
  readonly unit: string;
  readonly wanted: 'at least' | 'at most';
  readonly bar: number;
  /** What was measured; null where this run did not measure it. */
  readonly value: number | null;
}

export interface Verdict extends Bar {
  readonly held: boolean;
  /** How far on the right side: value/bar for `at least`, bar/value for `at most`, so that 1 and more is held. */
  readonly ratio: number;
}

/** Ratios end here: ten times better than none at all says nothing. */
const largestRatio = 100;

/** Judges what was measured; a value that is no number is a miss. */
export function judge(bar: Bar): Verdict | null {
  const { value } = bar;
  if (value === null) return null;
  const ratio = Math.min(largestRatio, Math.max(0, ratioOf(bar, value)));
  return { ...bar, ratio, held: ratio >= 1 };
}

function ratioOf({ wanted, bar }: Bar, value: number): number {
  if (Number.isNaN(value)) return 0;
  if (wanted === 'at least') return value / bar;
  if (value <= 0) return bar === 0 && value === 0 ? 1 : largestRatio;
  return bar / value;
}

/** The last line of a run. */
export function summary(verdicts: readonly Verdict[]): string {
  const held = verdicts.filter((verdict) => verdict.held).length;
  const worst = Math.min(...verdicts.map(({ ratio }) => ratio));
  return `${held} of ${verdicts.length} bars held; worst ratio ${verdicts.length === 0 ? '-' : floor2(worst)}`;
}

/** Two decimals, never rounded up: a miss does not read as 1.00. */
export function floor2(value: number): string {
  return (Math.floor(value * 100) / 100).toFixed(2);
}
