import type { ModelSpec } from '../spec/schema.ts';

/** How a version on trial differs from its champion. */
export interface Scenario {
  readonly name: string;
  /** Times the champion's error rate. */
  readonly errors: number;
  /** Classification: points of accuracy lost. Regression: how much larger its absolute errors are, as a share. */
  readonly worse: number;
  /** Times the champion's latency. */
  readonly slower: number;
}

const healthy: Scenario = { name: 'healthy (A/A)', errors: 1, worse: 0, slower: 1 };

/** An equal version first: whatever takes it back is wrong. */
export function scenariosOf(task: ModelSpec['task']): readonly Scenario[] {
  const losses =
    task === 'regression'
      ? [
          { ...healthy, name: 'MAE 5 % larger', worse: 0.05 },
          { ...healthy, name: 'MAE 10 % larger', worse: 0.1 },
        ]
      : [
          { ...healthy, name: 'accuracy 2 points less', worse: 0.02 },
          { ...healthy, name: 'accuracy 5 points less', worse: 0.05 },
        ];
  return [
    healthy,
    { ...healthy, name: 'errors doubled', errors: 2 },
    { ...healthy, name: 'errors times 5', errors: 5 },
    ...losses,
    { ...healthy, name: 'latency half as long again', slower: 1.5 },
  ];
}
