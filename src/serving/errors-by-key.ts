import { hash } from 'node:crypto';

/**
 * A version's errors by the caller they met, so that an analysis can count at most so many of one caller: one broken caller is
 * not many failures. A key is kept as the first 48 bits of its SHA-256, as a number. That is short and not clear text, but no
 * secret: whoever knows a key finds its errors.
 *
 * A window keeps the callers with the smallest hashes, and the others in one sum (Beyer et al., "On synopses for distinct-value
 * estimation under multiset operations", SIGMOD 2007). Which callers are kept depends on nothing but their keys, so the smallest
 * of a sum of windows were kept in each of them: their counts add exactly, and they are a fair sample of all callers.
 */
export interface ErrorsByKey {
  /** Hashes, ascending. */
  readonly keys: readonly number[];
  /** Errors of each of these callers. */
  readonly counts: readonly number[];
  /** Errors of all callers with a greater hash than the last of `keys`. */
  readonly others: number;
}

/** Callers that a window keeps apart. */
export const mostKeys = 64;
/** Hashes are below it. */
export const hashRange = 2 ** 48;

export function keyHash(key: string): number {
  return Number.parseInt(hash('sha256', key, 'hex').slice(0, 12), 16);
}

export const noErrors: ErrorsByKey = { keys: [], counts: [], others: 0 };

/** Counts errors as they come, in bounded memory. */
export class KeyedErrors {
  readonly #kept = new Map<string, { readonly hash: number; count: number }>();
  #others = 0;

  add(key: string): void {
    const known = this.#kept.get(key);
    if (known !== undefined) {
      known.count++;
      return;
    }
    this.#kept.set(key, { hash: keyHash(key), count: 1 });
    if (this.#kept.size <= mostKeys) return;
    let last = key;
    let greatest = -1;
    for (const [candidate, entry] of this.#kept) {
      if (entry.hash <= greatest) continue;
      greatest = entry.hash;
      last = candidate;
    }
    this.#others += this.#kept.get(last)?.count ?? 0;
    this.#kept.delete(last);
  }

  sums(): ErrorsByKey {
    return smallest(
      [...this.#kept.values()].map(({ hash: key, count }) => [key, count] as const),
      this.#others,
    );
  }
}

/** The same whatever the order and grouping. */
export function addErrorsByKey(a: ErrorsByKey, b: ErrorsByKey): ErrorsByKey {
  const total = new Map<number, number>();
  for (const { keys, counts } of [a, b])
    for (const [i, key] of keys.entries()) total.set(key, (total.get(key) ?? 0) + (counts[i] ?? 0));
  return smallest([...total], a.others + b.others);
}

function smallest(entries: readonly (readonly [key: number, count: number])[], others: number): ErrorsByKey {
  const ordered = entries.toSorted(([a], [b]) => a - b);
  const kept = ordered.slice(0, mostKeys);
  return {
    keys: kept.map(([key]) => key),
    counts: kept.map(([, count]) => count),
    others: ordered.slice(mostKeys).reduce((sum, [, count]) => sum + count, others),
  };
}
