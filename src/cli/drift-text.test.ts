import { expect, it } from 'vitest';
import type { ColumnEvidence } from '../monitoring/drift-detector.ts';
import type { FeatureReport } from '../monitoring/drift-report.ts';
import { measureNumbers } from '../monitoring/measures.ts';
import { sortedNumbers } from '../stats/sorted-numbers.ts';
import { summarise } from '../stats/summary.ts';
import { driftText, measuresText } from './drift-text.ts';

const column = (from: number) => {
  const sorted = sortedNumbers(Array.from({ length: 1000 }, (_, i) => from + i / 1000));
  return { sorted, missing: 0, summary: summarise(sorted) };
};
const measures = measureNumbers('price', column(0), column(0.25));
const at = Date.UTC(2026, 2, 1, 14, 5, 9);
const evidence = (share: number, what: ColumnEvidence['what'] = 'distribution'): ColumnEvidence => ({
  feature: 'price',
  of: 'feature',
  what,
  share,
  since: at - 3_600_000,
  rows: 1424,
});
const feature = (name: string, change: Partial<FeatureReport> = {}): FeatureReport => ({
  feature: name,
  of: 'feature',
  importance: null,
  evidence: evidence(0),
  measures: null,
  ...change,
});
const report = { at, version: 6, newest: 'p-1', sampled: 1000, accepted: 1000 };

it('tells how near each feature is to an alarm and since when, and what the measures say', () => {
  const features = [
    feature('price', { importance: 0.75, evidence: evidence(2.07), measures }),
    feature('demand', { importance: 0.25, evidence: evidence(0.034, 'missing') }),
    feature('day'),
  ];
  const lines = driftText('sales', { ...report, features }).split('\n');
  expect(lines[0]).toBe(
    'sales v6 at 2026-03-01 14:05:09: the last 1,000 predictions against the newest 1,000 rows it was accepted on',
  );
  expect(lines.find((line) => line.includes('price'))).toMatch(
    /price .*75 % .*alarm \(2\.1 times\).*2026-03-01 13:05:09 \(1,424 rows\).*0\.251.*0\.866 sd.*< 0\.0001/,
  );
  expect(lines.find((line) => line.includes('demand'))).toMatch(/25 % .*3\.4 %, missing values/);
  expect(lines.find((line) => line.includes('day'))).toMatch(/none/);
  expect(lines.find((line) => line.includes('day'))).not.toContain('2026');
  expect(lines.at(-1)).toMatch(/^Evidence is a share of what an alarm takes/);
});

it('says so where no detector watches, and has no column for it', () => {
  const text = driftText('sales', { ...report, features: [feature('price', { evidence: null, measures })] });
  expect(text).not.toContain('since');
  expect(text).toContain('No detector watches');
});

it('tells rows, missing values and means of two files', () => {
  expect(measuresText([measures])).toMatch(/price .*1,000 .*0 % .*0\.4995 to 0\.7495 .*0\.251/);
});
