/** Lanczos' approximation with g = 7 and nine terms; relative error below 1e-13 for x >= 1 (P. Godfrey, 2001). */
const lanczos = [
  0.999_999_999_999_809_93, 676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_13, -176.615_029_162_140_59,
  12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_571_6e-6, 1.505_632_735_149_311_6e-7,
];

/** The logarithm of the gamma function, for x >= 1. */
export function logGamma(x: number): number {
  const shifted = x - 1;
  const t = shifted + 7.5;
  let sum = lanczos[0] ?? 0;
  for (let i = 1; i < lanczos.length; i++) sum += (lanczos[i] ?? 0) / (shifted + i);
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** The logarithm of the beta function, for a and b >= 1. */
export const logBeta = (a: number, b: number) => logGamma(a) + logGamma(b) - logGamma(a + b);
