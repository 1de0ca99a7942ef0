import { z } from 'zod';

const sentences = (what: string) => z.array(z.string().trim().min(1, 'a sentence')).default([]).describe(what);

/** What people say of a model that no number says: it goes into the card of each version. */
export const card = z.strictObject({
  intended_use: sentences('What the model is for: who may decide what by its answers.'),
  users: sentences('Who uses its answers.'),
  limits: sentences('What it must not be used for, and where it is known to be wrong.'),
  ethics: sentences('What could go wrong for people, and what is done about it.'),
});
