/**
 * Puts callers into buckets. A caller's bucket depends on the rollout's salt and the caller's key alone, so that a caller
 * stays on one side while a share grows, at every gateway, and is not the guinea pig of every rollout.
 */

/** MurmurHash3_x86_32 (Appleby, 2011) over the UTF-8 bytes of `text`. An unsigned 32-bit integer. */
export function murmur3(text: string, seed = 0): number {
  // The text of nearly all keys is its own UTF-8; a Buffer for each would cost more than the hash.
  for (let i = 0; i < text.length; i++)
    if (text.charCodeAt(i) > 0x7f) return hashOf(Buffer.from(text, 'utf8').toString('latin1'), seed);
  return hashOf(text, seed);
}

/** `bytes`: a character a byte. */
function hashOf(bytes: string, seed: number): number {
  const blocks = bytes.length & ~3;
  let hash = seed;
  for (let i = 0; i < blocks; i += 4) {
    const block =
      bytes.charCodeAt(i) | (bytes.charCodeAt(i + 1) << 8) | (bytes.charCodeAt(i + 2) << 16) | (bytes.charCodeAt(i + 3) << 24);
    hash ^= scramble(block);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  if (blocks < bytes.length) {
    let tail = 0;
    for (let i = bytes.length - 1; i >= blocks; i--) tail = (tail << 8) | bytes.charCodeAt(i);
    hash ^= scramble(tail);
  }
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

/** A number in [0, 1), uniform over keys: the caller is in a share when it is below that share. */
export function bucket(salt: string, key: string): number {
  return murmur3(`${salt}/${key}`) / 2 ** 32;
}
