import { randomFillSync } from 'node:crypto';

const pool = Buffer.allocUnsafe(10 * 400);
let used = pool.length;

/** A UUIDv7 (RFC 9562): ids sort by the millisecond they were made in, `now` in ms since 1970. */
export function predictionId(now = Date.now()): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.toString('hex', used, used + 10);
  used += 10;
  const time = now.toString(16).padStart(12, '0');
  const variant = ((Number.parseInt(random[3] ?? '0', 16) & 3) | 8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}
