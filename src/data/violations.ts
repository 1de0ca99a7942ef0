import type { Problem } from '../errors.ts';
import { FinalError } from '../errors.ts';
import type { Violation } from './dataset.ts';

/** The rows do not meet the contract. `problems` tells the same as `violations`, in sentences. */
export class ContractViolatedError extends FinalError {
  readonly violations: readonly Violation[];

  constructor(model: string, violations: readonly Violation[]) {
    const broken = violations.filter((violation) => !violation.quarantined);
    super(
      'PAWL_CONTRACT_VIOLATED',
      `${model}: ${broken.length} rule${broken.length === 1 ? '' : 's'} of the contract ${broken.length === 1 ? 'is' : 'are'} broken.`,
      {
        problems: broken.map(problemOf),
      },
    );
    this.violations = violations;
  }
}

function problemOf(violation: Violation): Problem {
  const rows = violation.examples.map(({ row, at, value }) => `row ${row}${at === null ? '' : ` of ${at}`}: ${shown(value)}`);
  return {
    message: `${violation.rule}: ${violation.because}`,
    ...(violation.column === null ? {} : { subject: violation.column }),
    ...(rows.length === 0 ? {} : { hint: rows.join('; ') }),
  };
}

function shown(value: string | null): string {
  if (value === null) return 'nothing';
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 37)}...` : value);
}

/** 0.0123 -> `1.23%`: three digits that count. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))}%`;
}

/** 12345 -> `12,345`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
