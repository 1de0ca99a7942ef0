/**
 * Wilson's score interval for a proportion, as fractions from 0 to 1: `z` standard errors to each side. Without trials
 * nothing is known: [0, 1]. E. B. Wilson, JASA 22 (1927), 209-212.
 */
export function wilsonInterval(successes: number, trials: number, z: number): { readonly low: number; readonly high: number } {
  if (trials <= 0) return { low: 0, high: 1 };
  const share = successes / trials;
  const spread = (z * z) / trials;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (z / (1 + spread)) * Math.sqrt((share * (1 - share)) / trials + spread / (4 * trials));
  // Rounding must not push an end past the proportion itself, 0 and 1 above all.
  return { low: Math.max(0, Math.min(share, centre - half)), high: Math.min(1, Math.max(share, centre + half)) };
}
