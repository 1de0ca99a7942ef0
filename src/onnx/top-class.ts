/** The most probable class of each row, and its probability. */
export interface TopClasses {
  readonly classes: Uint8Array;
  readonly probabilities: Float32Array;
}

/**
 * Of equally probable classes the first counts.
 * @param scores a probability for each of so many classes, row by row
 * @param classes at most 255
 */
export function topClasses(scores: ArrayLike<number>, classes: number): TopClasses {
  const rows = scores.length / classes;
  const found = { classes: new Uint8Array(rows), probabilities: new Float32Array(rows) };
  for (let row = 0; row < rows; row++) {
    let top = 0;
    for (let k = 1; k < classes; k++)
      if ((scores[row * classes + k] as number) > (scores[row * classes + top] as number)) top = k;
    found.classes[row] = top;
    found.probabilities[row] = scores[row * classes + top] as number;
  }
  return found;
}
