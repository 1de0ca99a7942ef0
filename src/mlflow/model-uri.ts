/** A version of an MLflow registry as its users write it: by an alias that may move, or by its number. */
export type ModelUri = { readonly name: string; readonly alias: string } | { readonly name: string; readonly version: string };

/** `models:/name@alias` or `models:/name/7`; null for anything else. Stages, which MLflow has given up, are none. */
export function parseModelUri(uri: string): ModelUri | null {
  const [, name, mark, rest = ''] = /^models:\/([^/:@]+)([@/])([^/@]+)$/.exec(uri) ?? [];
  if (name === undefined) return null;
  if (mark === '@') return { name, alias: rest };
  return /^[1-9]\d*$/.test(rest) ? { name, version: rest } : null;
}

/** For messages and the schema. */
export const modelUriForm = 'models:/name@alias or models:/name/7';
