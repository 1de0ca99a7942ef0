import { describe, expect, it } from 'vitest';
import { FinalError } from '../errors.ts';
import { parseSpec } from './parse.ts';

const file = (task: string, line: string) => `model: sales
task: ${task}
owner: shop
source: { files: data/*.csv }
contract: { label: sold, features: { price: { type: number } } }
${line}
`;

function mistakesOf(line: string, task = 'binary-classification'): string[] {
  try {
    parseSpec(file(task, line), 'pawl.yaml');
    return [];
  } catch (error) {
    if (!(error instanceof FinalError)) throw error;
    return error.problems.map(({ line: at, subject, message, hint }) => `${at}: ${subject}: ${message} (${hint})`);
  }
}
const release = (text: string, task?: string) => mistakesOf(`release: { ${text} }`, task);

describe('a strategy', () => {
  it('goes with its own steps, and with segments until everybody takes part', () => {
    for (const text of [
      'strategy: canary, segments: [beta]',
      'strategy: canary, ramp: [100%]',
      'strategy: blue-green, ramp: [100%]',
      'strategy: ab, segments: [beta, "staff-é"]',
      'strategy: ab, ramp: [30%, 100%]',
      'strategy: bandit, ramp: [60%, 100%], segments: [beta], shadow: { share: 5% }',
    ])
      expect(release(text), text).toEqual([]);
  });

  it('of one split has one', () => {
    expect(release('strategy: ab, ramp: [100%]')).toEqual([
      '6: release.ramp: ab has one split and then 100%, and the ramp has no split ([50%, 100%])',
    ]);
    expect(release('strategy: ab, ramp: [10%, 50%, 100%]')).toEqual([
      '6: release.ramp: ab has one split and then 100%, and the ramp has 2 of them ([50%, 100%])',
    ]);
  });

  it('of a share that moves has something to move in, to move by and to compare', () => {
    expect(release('strategy: bandit, ramp: [100%]')).toEqual([
      '6: release.ramp: a bandit moves within a step below 100%, and the ramp has none (leave ramp out, or [50%, 100%])',
    ]);
    expect(release('strategy: bandit', 'regression')).toEqual([
      '6: release.strategy: a bandit needs answers that are right or wrong, and a regression has none (canary or ab)',
    ]);
    for (const share of ['0', '0%', '0.0 %'])
      expect(release(`strategy: bandit, segments: [beta], shadow: { share: ${share} }`)).toEqual([
        '6: release.shadow.share: a bandit on segments compares requests that both versions scored, and there are none (10%, or leave it out)',
      ]);
  });

  it('for some callers has a step that is not for all', () => {
    expect(release('segments: [beta], ramp: [100%]')).toEqual([
      '6: release.segments: at 100% everybody takes part, and the ramp has no other step (a step below 100%, or leave segments out)',
    ]);
  });
});

describe('names of callers', () => {
  it('are text as headers carry it, each once', () => {
    const serving = (text: string) => mistakesOf(`serving: { ${text} }`);
    expect(serving('opt_out: ["a b", "é"], choose_version: [a]')).toEqual([]);
    expect(serving('opt_out: [a, b, a]')).toEqual(['6: serving.opt_out: serving.opt_out is a list (each once)']);
    expect(serving('opt_out: [007]')).toEqual(["6: serving.opt_out[0]: serving.opt_out[0] is 7 (a caller's key, as text)"]);
    expect(serving('choose_version: ["a\\tb", ""]')).toEqual([
      '6: serving.choose_version[0]: serving.choose_version[0] is "a\\tb" (printable characters only)',
      '6: serving.choose_version[1]: serving.choose_version[1] is "" (a caller\'s key)',
    ]);
    expect(serving(`opt_out: [${'k'.repeat(201)}]`)[0]).toMatch(/at most 200 characters/);
    expect(release('segments: [beta, beta]')).toEqual(['6: release.segments: release.segments is a list (each once)']);
    expect(release('segments: []')).toEqual(['6: release.segments: release.segments is an empty list (at least 1 entries)']);
  });
});

describe('the default answer', () => {
  it('of a regression is a number', () => {
    for (const good of ['3', '-0.5', '"1e3"'])
      expect(mistakesOf(`serving: { default: ${good} }`, 'regression'), good).toEqual([]);
    for (const [bad, shown] of [
      ['high', '"high"'],
      ['""', '""'],
      ['" "', '" "'],
      ['true', 'true'],
      ['Infinity', '"Infinity"'],
    ])
      expect(mistakesOf(`serving: { default: ${bad} }`, 'regression').at(-1), bad).toBe(
        `6: serving.default: ${shown} is no number (a regression answers with a number)`,
      );
    expect(mistakesOf('serving: { default: .inf }', 'regression')).toHaveLength(1);
  });

  it('of a classification is one of the classes, where the file names them', () => {
    const champion = 'champion: { http: "http://old", classes: ["0", "1"] }';
    expect(mistakesOf(`${champion}\nserving: { default: 0 }`)).toEqual([]);
    expect(mistakesOf(`${champion}\nserving: { default: maybe }`)).toEqual([
      '7: serving.default: "maybe" is none of champion.classes (0 or 1)',
    ]);
  });
});

describe('a deadline', () => {
  it('leaves time to answer', () => {
    expect(mistakesOf('serving: { deadline: 0ms }')).toEqual(['6: serving.deadline: serving.deadline is "0ms" (longer than 0s)']);
  });
});
