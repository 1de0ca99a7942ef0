import { randomBytes } from 'node:crypto';

/** Hexadecimal digits of randomness, drawn for some hundred ids at a time. */
let digits = '';
let used = 0;
const perId = 19;
const drawn = 4096;
/** Of the millisecond that the last id was made in. */
let millisecond = -1;
let prefix = '';

/** A UUIDv7 (RFC 9562): ids sort by the millisecond they were made in, `now` in ms since 1970. */
export function predictionId(now = Date.now()): string {
  if (now !== millisecond) {
    millisecond = now;
    const time = now.toString(16).padStart(12, '0');
    prefix = `${time.slice(0, 8)}-${time.slice(8, 12)}-7`;
  }
  if (used + perId > digits.length) {
    digits = randomBytes(drawn).toString('hex');
    used = 0;
  }
  const at = used;
  used += perId;
  // The two bits of the variant are 10: one of 8, 9, a and b.
  const variant = '89ab'[digits.charCodeAt(at + 3) & 3] ?? '8';
  return `${prefix}${digits.slice(at, at + 3)}-${variant}${digits.slice(at + 4, at + 7)}-${digits.slice(at + 7, at + perId)}`;
}

/** When an id was made, ms since 1970; null where it is no UUIDv7. */
export function madeAt(id: string): number | null {
  const match = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.exec(id);
  return match === null ? null : Number.parseInt(`${match[1]}${match[2]}`, 16);
}
