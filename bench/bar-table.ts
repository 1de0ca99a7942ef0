import { table } from '../src/cli/output.ts';
import { type Bar, floor2, judge } from './bars.ts';

/** @param judged false: the run was too short to say that a bar is held */
export function barTable(bars: readonly Bar[], judged: boolean): string {
  const rows = bars.map((bar) => {
    const verdict = judge(bar);
    const value = verdict === null ? '-' : `${fixed(verdict.value ?? NaN)} ${bar.unit}`.trim();
    const sign = bar.wanted === 'at least' ? '>=' : '<=';
    const ratio = verdict === null ? '' : floor2(verdict.ratio);
    const word = verdict === null ? 'not measured' : !judged ? 'not judged' : verdict.held ? 'held' : 'MISSED';
    return [word, bar.name, value, `${sign} ${bar.bar} ${bar.unit}`.trim(), ratio];
  });
  return table(['', 'bar', 'value', 'wanted', 'ratio'], rows);
}

const fixed = (value: number) => (Number.isFinite(value) ? value.toFixed(2) : '-');
