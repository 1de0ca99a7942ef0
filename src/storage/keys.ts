import { FinalError } from '../errors.ts';

/**
 * Keys are what both a file system and S3 take as they are, and a URI without escapes: ASCII, segments between slashes, none
 * hidden (a leading dot), so none can climb out of the store and temporary files are never objects.
 */
const segment = /^[A-Za-z0-9_=+@,:~-][A-Za-z0-9._=+@,:~-]*$/;
const longestSegment = 255;
const longestKey = 900;

/** The key itself. @throws FinalError PAWL_OBJECT_KEY_INVALID */
export function checkKey(key: string): string {
  if (key.length > longestKey) throw invalid(key, `it is longer than ${longestKey} characters`);
  for (const part of key.split('/')) {
    if (part === '') throw invalid(key, 'a segment between slashes is empty');
    if (part.length > longestSegment) throw invalid(key, `a segment is longer than ${longestSegment} characters`);
    if (!segment.test(part)) throw invalid(key, `the segment ${JSON.stringify(part)} has characters that are not allowed`);
  }
  return key;
}

/** The beginning of keys: as a key, but it may be empty or end anywhere. @throws FinalError PAWL_OBJECT_KEY_INVALID */
export function checkPrefix(prefix: string): string {
  if (prefix !== '') checkKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
  return prefix;
}

/** The key of a key or of a URI under `root`. @throws FinalError PAWL_OBJECT_KEY_INVALID */
export function keyOf(root: string, keyOrUri: string): string {
  if (keyOrUri.startsWith(root)) return checkKey(keyOrUri.slice(root.length));
  if (keyOrUri.includes('://')) throw invalid(keyOrUri, `it does not start with ${root}`);
  return checkKey(keyOrUri);
}

function invalid(key: string, reason: string): FinalError {
  return new FinalError('PAWL_OBJECT_KEY_INVALID', `${JSON.stringify(key)} is no key of this store: ${reason}.`);
}
