import { catalogue } from './error-catalogue.ts';

export type ErrorCode = keyof typeof catalogue;

/** One mistake among several: what is wrong, where, and what would be right. */
export interface Problem {
  readonly message: string;
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
  /** The column of the data, the feature or the key at fault. */
  readonly subject?: string;
  /** What would be right. */
  readonly hint?: string;
}

/** The root of the class tree. The subclass says whether trying again can help. */
export abstract class PawlError extends Error {
  abstract readonly retryable: boolean;
  readonly code: ErrorCode;
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, message: string, options: { problems?: readonly Problem[]; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.problems = options.problems ?? [];
    this.name = new.target.name;
  }

  /** The HTTP status that a server answers with. */
  get status(): number {
    return catalogue[this.code].status;
  }

  /** What the reader should do next. */
  get todo(): string {
    return catalogue[this.code].todo;
  }
}

/** Trying again with the same input fails again. Temporal does not retry it. */
export class FinalError extends PawlError {
  readonly retryable = false;
}

/** The surroundings failed; the same input may succeed later. Temporal retries it with backoff. */
export class TransientError extends PawlError {
  readonly retryable = true;
}

/** An error as text for a terminal: code, message, every problem with its place, and what to do. */
export function formatError(error: PawlError): string {
  const lines = [`${error.code}: ${error.message}`];
  for (const problem of error.problems) {
    const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
    lines.push(`  ${place === '' ? '' : `${place} `}${problem.message}${problem.hint === undefined ? '' : ` (${problem.hint})`}`);
  }
  lines.push(`  To do: ${error.todo}`);
  return lines.join('\n');
}
