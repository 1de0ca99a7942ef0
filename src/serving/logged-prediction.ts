/** What a version did of a request: answered it as one of the two sides, or was asked beside; or nobody could answer, and the default did. */
export type Role = 'champion' | 'challenger' | 'shadow' | 'default';

/** The features of a logged row by name: null where one was missing, absent where it is dropped or unknown to the version. */
export type LoggedRow = Readonly<Record<string, string | number | boolean | null>>;

/** One row of the prediction log. Its key is (id, version): a shadow's answer is a row of its own. */
export interface LoggedPrediction {
  readonly id: string;
  readonly model: string;
  /** 0 for the default answer. */
  readonly version: number;
  /** The traffic revision in force when the request arrived. */
  readonly revision: number;
  readonly role: Role;
  /** The caller's key; null where the caller gave none. */
  readonly key: string | null;
  /** When the request arrived, ms since 1970. */
  readonly at: number;
  /** NaN for the default answer. */
  readonly score: number;
  /** The class; for regression the value in decimal. */
  readonly prediction: string;
  /** The features as the model took them; hashed ones as 32 hexadecimal digits. */
  readonly row: LoggedRow;
}
