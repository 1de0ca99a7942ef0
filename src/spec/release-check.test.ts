import { describe, expect, it } from 'vitest';
import { FinalError } from '../errors.ts';
import { parseSpec } from './parse.ts';

const file = (release: string, task = 'binary-classification') => `model: m
task: ${task}
owner: o
source: { files: a.csv }
contract: { label: y, features: { x: { type: number } } }
release: ${release}
`;

function told(release: string, task?: string): string[] {
  try {
    parseSpec(file(release, task), 'pawl.yaml');
  } catch (error) {
    if (!(error instanceof FinalError)) throw error;
    return error.problems.map(({ subject, message }) => `${subject ?? ''}: ${message}`);
  }
  return [];
}

describe('a rollout’s policy', () => {
  it('has good defaults', () => {
    const { release } = parseSpec(file('{}'), 'pawl.yaml');
    expect(release).toMatchObject({
      false_rollbacks: 0.05,
      advance: 'unless_worse',
      at_deadline: 'rollback',
      rollback_when: [
        { error_rate: { above: 0.02, for: 120_000, at_least: 5 } },
        { error_ratio: { above: 1 } },
        { accuracy: { below_champion_by: 0.02, at_least: 200 } },
      ],
    });
    expect(release.step.exposure).toBe(100_000);
  });

  it('reads all of its words', () => {
    expect(
      told(`
  hypothesis: tells the price better
  success: value
  value: { true_positive: 10, false_positive: -2 }
  false_rollbacks: 1%
  advance: when_proven
  at_deadline: hold
  windows: { quiet: ["Fri 16:00 - Mon 08:00"], freeze: ["2026-12-20 - 2027-01-03"], time_zone: Europe/Berlin }
  step: { exposure: 10000 requests, error_rate: { below: 1%, over: 10m } }
  rollback_when:
    - error_ratio: { above: 1.5 }
    - value: { below_champion_by: 0.1 }
    - precision: { below_champion_by: 2%, by: estimate }
    - latency: { p99: 50ms, quantile: 95%, above_champion_by: 20% }
    - score_shift: { above: 20% }`),
    ).toEqual([]);
  });

  it('reads limits as dashboards have them', () => {
    const { release } = parseSpec(file('{ preset: limits }'), 'pawl.yaml');
    expect(release.step.error_rate).toEqual({ below: 0.01, over: 600_000 });
    expect(release.rollback_when.flatMap(Object.keys)).toEqual(['error_rate', 'precision', 'recall', 'accuracy']);
    expect(release.rollback_when.at(-1)?.accuracy).toMatchObject({ below_champion_by: 0.05, within: 3_600_000 });
    expect(parseSpec(file('{ preset: limits }', 'regression'), 'pawl.yaml').release.rollback_when.flatMap(Object.keys)).toEqual([
      'error_rate',
      'mae',
    ]);
  });

  it('is refused where it comes to nothing, each at its key', () => {
    expect(told('{ preset: limits, rollback_when: [{ error_rate: { above: 2% } }] }')).toEqual([
      'release.preset: release.preset stands for rollback_when, and both are there',
    ]);
    expect(told('{ success: mae, rollback_when: [{ value: { below_champion_by: 1 } }] }')).toEqual([
      'release.success: mae is no metric of binary-classification',
      'release.rollback_when[0].value: value needs what answers are worth',
    ]);
    expect(told('{ success: value, value: { true_positive: 1 } }', 'regression')).toHaveLength(2);
    expect(told('{ windows: { quiet: ["Fri - Mon"], freeze: ["2026"], time_zone: Mars } }')).toHaveLength(3);
    expect(told('{ value: {} }')).toHaveLength(1);
    expect(told('{ rollback_when: [{ latency: { at_least: 5 } }] }')).toHaveLength(1);
    expect(told('{ false_rollbacks: 0% }')).toHaveLength(1);
  });
});

describe('a rollout’s policy of three classes or more', () => {
  const many = 'multiclass-classification';

  it('goes by right and wrong answers', () => {
    const { release } = parseSpec(file('{ success: accuracy, strategy: bandit }', many), 'pawl.yaml');
    expect(release.rollback_when.at(-1)).toEqual({ accuracy: { below_champion_by: 0.02, at_least: 200 } });
    const { rollback_when: limits } = parseSpec(file('{ preset: limits }', many), 'pawl.yaml').release;
    expect(limits.flatMap(Object.keys)).toEqual(['error_rate', 'accuracy']);
  });

  it('does not go by what needs a positive class', () => {
    expect(
      told('{ success: f1, value: { true_positive: 1 }, rollback_when: [{ recall: { below_champion_by: 2% } }] }', many),
    ).toEqual([
      'release.success: f1 is not measured in a rollout',
      'release.value: release.value is of two classes, and the task is multiclass-classification',
      'release.rollback_when[0].recall: recall is not measured in a rollout',
    ]);
  });
});
