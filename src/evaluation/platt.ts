/**
 * Platt scaling: the slope and offset with which 1 / (1 + exp(-(slope * x + offset))) fits labels best, by Newton's method with
 * backtracking (J. Platt, "Probabilistic Outputs for Support Vector Machines", 1999; H.-T. Lin, C.-J. Lin and R. Weng, Machine
 * Learning 68, 2007, algorithm 1). Targets are (n+ + 1) / (n+ + 2) and 1 / (n- + 2), so that few rows promise nothing for certain.
 * @param x the log odds of each row's score
 * @param label 0 or 1 of each row
 */
export function plattScaling(x: ArrayLike<number>, label: ArrayLike<number>): { slope: number; offset: number } {
  const rows = x.length;
  let positives = 0;
  for (let row = 0; row < rows; row++) positives += label[row] ?? 0;
  const target = [1 / (rows - positives + 2), (positives + 1) / (positives + 2)] as const;
  const targetOf = (row: number) => target[label[row] === 1 ? 1 : 0];
  /** Of log(1 + exp(z)) - t z, which does not overflow. */
  const loss = (slope: number, offset: number): number => {
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      const z = slope * (x[row] ?? 0) + offset;
      sum += (z > 0 ? z : 0) + Math.log1p(Math.exp(-Math.abs(z))) - targetOf(row) * z;
    }
    return sum;
  };
  let [slope, offset] = [0, Math.log((positives + 1) / (rows - positives + 1))];
  let current = loss(slope, offset);
  for (let step = 0; step < mostSteps; step++) {
    let [g1, g2, h11, h12, h22] = [0, 0, ridge, 0, ridge];
    for (let row = 0; row < rows; row++) {
      const xi = x[row] ?? 0;
      const p = 1 / (1 + Math.exp(-(slope * xi + offset)));
      const off = p - targetOf(row);
      const curve = p * (1 - p);
      g1 += off * xi;
      g2 += off;
      h11 += curve * xi * xi;
      h12 += curve * xi;
      h22 += curve;
    }
    if (Math.max(Math.abs(g1), Math.abs(g2)) < 1e-10) break;
    const determinant = h11 * h22 - h12 * h12;
    const [down1, down2] = [-(h22 * g1 - h12 * g2) / determinant, -(h11 * g2 - h12 * g1) / determinant];
    let size = 1;
    for (; size > smallestStep; size /= 2) {
      const next = loss(slope + size * down1, offset + size * down2);
      if (next < current + 1e-4 * size * (g1 * down1 + g2 * down2)) {
        current = next;
        break;
      }
    }
    if (size <= smallestStep) break;
    slope += size * down1;
    offset += size * down2;
  }
  return { slope, offset };
}

const mostSteps = 100;
const smallestStep = 1e-10;
/** Keeps the matrix of second derivatives one that can be inverted, where all rows have one score. */
const ridge = 1e-12;
