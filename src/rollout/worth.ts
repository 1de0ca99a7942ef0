/** What an answer is worth, by what it was and what really happened: `release.value`. In whatever unit the user counts in. */
export interface Worth {
  readonly true_positive?: number | undefined;
  readonly false_positive?: number | undefined;
  readonly true_negative?: number | undefined;
  readonly false_negative?: number | undefined;
}

export function worthOf(worth: Worth, said: boolean, is: boolean): number {
  return (said ? (is ? worth.true_positive : worth.false_positive) : is ? worth.false_negative : worth.true_negative) ?? 0;
}

/** The most that two answers to one request can be worth apart. */
export function rangeOf(worth: Worth): number {
  const apart = (is: boolean) => Math.abs(worthOf(worth, true, is) - worthOf(worth, false, is));
  return Math.max(apart(true), apart(false));
}
