import { describe, expect, it } from 'vitest';
import type { FinalError } from '../errors.ts';
import { parseSpec } from './parse.ts';

const file = (training: string) => `model: loans
task: binary-classification
owner: tests
source: { files: "*.csv" }
contract: { label: repaid, features: { income: { type: number } } }
training: ${training}
`;

function mistakes(training: string): string[] {
  try {
    parseSpec(file(training), 'pawl.yaml');
    return [];
  } catch (error) {
    return (error as FinalError).problems.map(({ message }) => message);
  }
}

describe('a trainer that is a command', () => {
  it('takes parameters of any name and its limits', () => {
    const spec = parseSpec(
      file(
        '{ trainer: command, command: [python3, train.py], params: { depth: 3 }, time_budget: 10m, disk: 2GB, rows: parquet }',
      ),
      'pawl.yaml',
    );
    expect(spec.training).toMatchObject({
      command: ['python3', 'train.py'],
      time_budget: 600_000,
      disk: 2e9,
      params: { depth: 3 },
    });
  });

  it('needs a command, and a built-in one takes none', () => {
    expect(mistakes('{ trainer: command }')).toEqual(['the trainer is a command and training.command is missing']);
    expect(mistakes('{ command: [python3, train.py], disk: 1GB }')).toEqual([
      'training.command is of a command, and the trainer is none',
      'training.disk is of a command, and the trainer is none',
    ]);
  });

  it('gets no variable of pawl by name', () => {
    expect(mistakes('{ trainer: command, command: [a], environment: [PAWL_SIGNING_KEY] }')).toHaveLength(1);
  });
});
