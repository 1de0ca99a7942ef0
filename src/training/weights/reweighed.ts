/**
 * Weights that make labels independent of groups: P(group) P(label) / P(group, label) (F. Kamiran and T. Calders, "Data preprocessing
 * techniques for classification without discrimination", Knowledge and Information Systems 33, 2012, algorithm 3). Their mean is 1,
 * and every class has the share in each group that it has in all.
 * @param label index of the class, by row
 * @param groups index of the group, by row
 */
export function reweighed(label: Float64Array, groups: Int32Array): Float64Array {
  const rows = label.length;
  const ofLabel = new Map<number, number>();
  const ofGroup = new Map<number, number>();
  const ofBoth = new Map<number, Map<number, number>>();
  for (let row = 0; row < rows; row++) {
    const [y, group] = [label[row] as number, groups[row] as number];
    count(ofLabel, y);
    count(ofGroup, group);
    const inGroup = ofBoth.get(group) ?? new Map<number, number>();
    ofBoth.set(group, inGroup);
    count(inGroup, y);
  }
  return label.map((y, row) => {
    const group = groups[row] as number;
    return ((ofGroup.get(group) ?? 0) * (ofLabel.get(y) ?? 0)) / (rows * (ofBoth.get(group)?.get(y) ?? 1));
  });
}

function count(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
