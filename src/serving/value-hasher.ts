import { createHmac } from 'node:crypto';
import { hashBytes } from './feature-log.ts';

/** Digests kept for each feature; a feature with more values than that is hashed again and again. */
const kept = 4096;

/**
 * Hashes feature values of one model for the prediction log: the first 16 bytes of HMAC-SHA-256 over the feature's name and the
 * value's text (a number in its shortest decimal form, true or false for a boolean), under a key that is made from the gateway's
 * secret and the model's name. The same value of the same feature always has the same hash, so that rows can be counted, grouped
 * and joined by it; hashes of two features or two models have nothing in common.
 *
 * With a secret, somebody who has the log and not the secret learns which rows have the same value, how often, and which have
 * none (a missing value is not hashed), and can guess from that; not the value. Without one the key is made from the model's name
 * alone. Then, too, the value is not readable in the log, but whoever can list the possible values (postal codes, ages, dates of
 * birth, telephone numbers) can hash them all and compare. Whoever has the secret can do that always. What must not be known by
 * anybody is to be dropped, not hashed.
 */
export class ValueHasher {
  readonly #key: Buffer;
  readonly #known = new Map<string, Map<string, Buffer>>();

  /** `secret`: '' where there is none. */
  constructor(model: string, secret: string) {
    this.#key = createHmac('sha256', secret).update(`pawl prediction log\0${model}`).digest();
  }

  /** 16 bytes, not to be written to. */
  hash(feature: string, text: string): Buffer {
    let known = this.#known.get(feature);
    if (known === undefined) this.#known.set(feature, (known = new Map()));
    let digest = known.get(text);
    if (digest !== undefined) return digest;
    const whole = createHmac('sha256', this.#key).update(`${feature}\0${text}`).digest();
    // A copy: a part would keep the memory of the whole.
    digest = Buffer.from(whole.subarray(0, hashBytes));
    if (known.size >= kept) known.clear();
    known.set(text, digest);
    return digest;
  }
}
