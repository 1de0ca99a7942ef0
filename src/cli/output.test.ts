import { describe, expect, it } from 'vitest';
import { table } from './output.ts';

const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));
const rows = [['v1', `accuracy ${'0.8736, auc '.repeat(8)}end`]];

describe('table', () => {
  it('wraps nothing where no terminal is', () => {
    expect(table(['version', 'metrics'], rows, undefined).split('\n')).toHaveLength(5);
  });

  it('wraps the last column so that the table fits the terminal', () => {
    const text = table(['version', 'metrics'], rows, 60);
    expect(widest(text)).toBe(60);
    expect(text).toContain('end');
  });

  it('stays readable in a terminal that is too narrow for anything', () => {
    expect(widest(table(['version', 'metrics'], rows, 10))).toBe(42);
  });
});
