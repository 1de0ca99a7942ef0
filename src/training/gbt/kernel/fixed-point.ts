/** Sums of so many bits are exact in a float64 too, with a bit to spare for rounding. */
const sumBits = 51;

/** How derivatives become integers. */
export interface FixedPoint {
  /** Powers of two, so that scaling there and back loses nothing. */
  readonly gradientScale: number;
  readonly hessianScale: number;
  /** Bits below a sum of second derivatives in which rows are counted. */
  readonly countBits: number;
}

/** @param gradient, hessian the greatest absolute values among the rows */
export function fixedPoint(rows: number, gradient: number, hessian: number): FixedPoint {
  const countBits = 32 - Math.clz32(rows);
  return {
    gradientScale: scaleFor(gradient * rows, sumBits),
    hessianScale: scaleFor(hessian * rows, Math.min(sumBits, 62 - countBits)),
    countBits,
  };
}

/** The greatest power of two that leaves `greatest` below 2^bits. */
function scaleFor(greatest: number, bits: number): number {
  if (greatest === 0) return 1;
  return powerOfTwo(Math.max(-1000, Math.min(1000, bits - 1 - exponentOf(greatest))));
}

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
/** Which word of a float64 has its exponent. */
const high = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** The k of 2^k <= value < 2^(k+1), of a positive value; that of the smallest normal number for all smaller ones. */
function exponentOf(value: number): number {
  float[0] = value;
  return Math.max(1, (words[high] as number) >>> 20) - 1023;
}

/** Written as bits: no rounding of a power function is in it. */
function powerOfTwo(exponent: number): number {
  float[0] = 0;
  words[high] = (exponent + 1023) << 20;
  return float[0];
}
