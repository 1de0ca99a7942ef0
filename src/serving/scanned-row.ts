import type { ModelSignature } from '../onnx/signature.ts';

/** A row that was read off the bytes of a request, with the signature that it was read by. */
export class ScannedRow {
  readonly values: readonly (number | string)[];
  readonly #signature: ModelSignature;

  constructor(signature: ModelSignature, values: readonly (number | string)[]) {
    this.#signature = signature;
    this.values = values;
  }

  /** Whether the values are in the order of this signature, and of its types. */
  fits(signature: ModelSignature): boolean {
    if (signature === this.#signature) return true;
    const own = this.#signature.features;
    return (
      signature.features.length === own.length &&
      signature.features.every(({ name, type }, i) => name === own[i]?.name && type === own[i]?.type)
    );
  }

  /** By column, as JSON would have given them. */
  columns(): Record<string, number | string | boolean | null> {
    const entries = this.#signature.features.map(({ name, type }, i) => {
      const value = this.values[i] ?? null;
      const missing = value === '' || Number.isNaN(value);
      return [name, missing ? null : type === 'boolean' ? value === 1 : value] as const;
    });
    return Object.fromEntries(entries);
  }
}
