import type { Frame } from '../data/dataset.ts';
import type { Answers } from './answers.ts';
import { type Proportion, proportionInterval, shareOf } from './proportion-gaps.ts';
import type { Interval } from './bootstrap.ts';

/** A share of some rows with Wilson's interval; null where there are none. */
type Rate = ({ readonly value: number } & Interval) | null;

/** How a version does on the rows of one class, and where it says that a row is of it. */
export interface ClassReport {
  readonly class: string;
  readonly rows: number;
  readonly predicted: number;
  /** Of its rows those that are predicted so. */
  readonly recall: Rate;
  /** Of those that are predicted so its rows. */
  readonly precision: Rate;
}

/** A report of each of three or more classes, in their order; null for another task. @param confidence of each end of an interval */
export function classReports({ label, classes }: Frame, { call, many }: Answers, confidence: number): ClassReport[] | null {
  if (many === undefined || call === null || classes === null) return null;
  return classes.map((name, k) => {
    let [rows, predicted, hits] = [0, 0, 0];
    for (const [row, y] of label.entries()) {
      if (y === k) rows++;
      if (call[row] === k) predicted++;
      if (y === k && call[row] === k) hits++;
    }
    const rate = (of: Proportion): Rate =>
      of.trials === 0 ? null : { value: shareOf(of), ...proportionInterval(of, confidence) };
    const [recall, precision] = [rate({ hits, trials: rows }), rate({ hits, trials: predicted })];
    return { class: name, rows, predicted, recall, precision };
  });
}
