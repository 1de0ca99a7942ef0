import { z } from 'zod';

export type Milliseconds = number;
/** 0 to 1. */
export type Fraction = number;

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const durationPattern = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)$/;
const percentPattern = /^-?(\d+(?:\.\d+)?)\s*%$/;
const sharePattern = /^(\d+(?:\.\d+)?)\s*%$/;

const aDuration = 'a duration such as 30s, 10m, 6h or 90d';
const aShare = 'a share such as 5%, or a number from 0 to 1';

/** `10m` -> 600000. Null where the text is no duration. */
export function parseDuration(text: string): Milliseconds | null {
  const match = durationPattern.exec(text.trim());
  return match === null ? null : Number(match[1]) * (unitMs[match[2] ?? ''] ?? Number.NaN);
}

/** 600000 -> `10m`: the largest unit that leaves a whole number. */
export function formatDuration(ms: Milliseconds): string {
  for (const unit of ['d', 'h', 'm', 's']) {
    const length = unitMs[unit] ?? 1;
    if (ms >= length && ms % length === 0) return `${ms / length}${unit}`;
  }
  return `${ms}ms`;
}

/** A duration as pawl.yaml writes it: `500ms`, `30s`, `10m`, `6h`, `90d`, `2w`. Parsed to milliseconds. */
export const duration = z
  .string(aDuration)
  .regex(durationPattern, aDuration)
  .transform((text): Milliseconds => parseDuration(text) ?? 0)
  .meta({ description: 'A duration: a number and ms, s, m, h, d or w.' });

/** A share: `5%` or a number from 0 to 1. Parsed to a fraction. */
export const share = z
  .union([z.number().min(0, aShare).max(1, aShare), z.string().regex(sharePattern, aShare)], aShare)
  .transform((value): Fraction => (typeof value === 'number' ? value : Number.parseFloat(value) / 100))
  .refine((value) => value <= 1, 'at most 100%')
  .meta({ description: 'A share: 5%, or a number from 0 to 1.' });

/** A metric's value or a difference of two: a number, or `2%` for 0.02. */
export const bound = z
  .union([z.number(), z.string().regex(percentPattern, 'a number, or a share such as 2%')], 'a number, or a share such as 2%')
  .transform((value): number => (typeof value === 'number' ? value : Number.parseFloat(value) / 100))
  .meta({ description: 'A number, or a share such as 2%.' });

/** A count with its noun, `1000 requests`; the bare number is accepted too. Parsed to the number. */
export function count(noun: string) {
  const pattern = new RegExp(`^(\\d+)(?:\\s+${noun}s?)?$`);
  const example = `a whole number of ${noun}s, such as 1000 ${noun}s`;
  return z
    .union([z.int(example).min(0, example), z.string().regex(pattern, example)], example)
    .transform((value): number => (typeof value === 'number' ? value : Number.parseInt(value, 10)))
    .meta({ description: `A whole number of ${noun}s.` });
}

const aSize = 'a size such as 500KB or 20MB';

/** An amount of bytes as pawl.yaml writes it: `500KB`, `20MB`. Parsed to bytes. */
export const bytes = z
  .string(aSize)
  .regex(/^\d+(?:\.\d+)?\s*(?:KB|MB|GB)$/, aSize)
  .transform((text) => Number.parseFloat(text) * (text.includes('K') ? 1e3 : text.includes('M') ? 1e6 : 1e9))
  .meta({ description: 'A size: a number and KB, MB or GB, thousands of each other.' });
