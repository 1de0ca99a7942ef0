/** What a version did of a request: answered it as one of the two sides, or was asked beside. */
export type Role = 'champion' | 'challenger' | 'shadow';

/** One row of the prediction log. Its key is (id, version): a shadow's answer is a row of its own. */
export interface LoggedPrediction {
  readonly id: string;
  readonly model: string;
  readonly version: number;
  /** The traffic revision in force when the request arrived. */
  readonly revision: number;
  readonly role: Role;
  /** The caller's key; null where the caller gave none. */
  readonly key: string | null;
  /** When the request arrived, ms since 1970. */
  readonly at: number;
  readonly score: number;
  /** The class; for regression the value in decimal. */
  readonly prediction: string;
  /** The features as the caller sent them, a JSON object. */
  readonly row: string;
}

/** True for what a spool line has to be. */
export function isLoggedPrediction(value: unknown): value is LoggedPrediction {
  const row = value as Partial<LoggedPrediction> | null;
  return (
    typeof row === 'object' &&
    row !== null &&
    typeof row.id === 'string' &&
    typeof row.model === 'string' &&
    typeof row.version === 'number' &&
    typeof row.revision === 'number' &&
    typeof row.role === 'string' &&
    typeof row.at === 'number' &&
    typeof row.score === 'number' &&
    typeof row.prediction === 'string' &&
    typeof row.row === 'string'
  );
}
