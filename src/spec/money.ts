import { z } from 'zod';

/** An amount and its currency as pawl.yaml writes them: `50 EUR`. */
export const money = z
  .string('an amount and its currency, such as 50 EUR')
  .regex(/^\d+(?:\.\d+)?\s+[A-Z]{3}$/, 'an amount and its currency, such as 50 EUR');
