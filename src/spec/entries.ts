/** For `refine`: an entry of a list that says one thing, such as a gate or a rule. */
export const exactlyOne = (what: string) =>
  [(entry: object) => Object.keys(entry).length === 1, `exactly one ${what} an entry`] as const;
