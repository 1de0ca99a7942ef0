import { z } from 'zod';
import { parseFreeze, parseQuiet } from '../rollout/release-windows.ts';
import { rangeOf } from '../rollout/worth.ts';
import { isTimeZone } from './time-zone.ts';

const quiet = z
  .string()
  .refine((text) => parseQuiet(text) !== null, 'such as "Fri 16:00 - Mon 08:00", or "22:00 - 06:00" of each day')
  .describe('From and to, with weekdays or of each day.');
const freeze = z
  .string()
  .refine((text) => parseFreeze(text) !== null, 'first and last day, such as "2026-12-20 - 2027-01-03"')
  .describe('First and last day.');

export const windows = z
  .strictObject({
    quiet: z.array(quiet).default([]),
    freeze: z.array(freeze).default([]),
    time_zone: z
      .string()
      .refine(isTimeZone, 'a time zone such as Europe/Berlin')
      .default('UTC')
      .describe('Of both, such as Europe/Berlin.'),
  })
  .describe('When no step is left and nothing promoted by itself. Rollbacks are never held back, nor is what a person says.');

const amount = z.number().optional();
export const value = z
  .strictObject({ true_positive: amount, false_positive: amount, true_negative: amount, false_negative: amount })
  .refine((worth) => rangeOf(worth) > 0, 'answers of which one is worth more than another')
  .describe('Binary classification: what an answer is worth, in whatever you count in. What is left out is worth 0.');
