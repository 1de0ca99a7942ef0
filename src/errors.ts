/** Every error that pawl raises on purpose has a code; `docs/errors.md` is generated from this catalogue. */
export const catalogue = {
  PAWL_SPEC_INVALID: { status: 422, what: 'pawl.yaml has mistakes.', todo: 'Correct every line named; nothing was applied.' },
  PAWL_SPEC_NOT_FOUND: { status: 404, what: 'There is no pawl.yaml at that path.', todo: 'Name the file, or write one with `pawl init DATA.csv`.' },
  PAWL_SETTINGS_INVALID: { status: 500, what: 'An environment variable is missing or malformed.', todo: 'Set the variables named; `pawl doctor` checks them.' },
  PAWL_PROGRAM_MISSING: { status: 500, what: 'A program that pawl needs is not on this machine and could not be downloaded or built.', todo: 'Install it, or set the variable named to its path; each way that was tried is listed with what stopped it.' },
  PAWL_ARTIFACT_REFUSED: { status: 422, what: 'Serving does not say what the evaluation said.', todo: 'Nothing was registered. Report it with the release: an exported graph disagrees with itself.' },
  PAWL_NO_WAY_BACK: { status: 409, what: 'There is no champion to go back to that could be loaded.', todo: 'See `pawl versions`; restore the artifact in the object store, or release again.' },
  PAWL_MONITOR_NOT_RUNNING: { status: 409, what: 'The model has no monitor.', todo: 'Start it with `pawl apply`.' },
  PAWL_REQUEST_REFUSED: { status: 409, what: 'The monitor refused a request.', todo: 'Read the reasons; `pawl status` says what runs.' },
  PAWL_TEMPORAL_UNAVAILABLE: { status: 503, what: 'Temporal cannot be reached.', todo: 'Start it, or set PAWL_TEMPORAL_ADDRESS. A rollback needs no Temporal: `pawl rollback MODEL --break-glass --reason ...`.' },
  PAWL_GATEWAY_UNAVAILABLE: { status: 503, what: 'The gateway cannot be reached.', todo: 'Start it, or name it with --gateway or PAWL_GATEWAY_PORT.' },
  PAWL_FILE_EXISTS: { status: 409, what: 'A file would be overwritten.', todo: 'Name another with --out, or replace it with --force.' },
} as const satisfies Record<string, { status: number; what: string; todo: string }>;

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
