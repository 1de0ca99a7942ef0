import type { Tree } from './tree.ts';

/** All that is needed to go on: the trees so far and the generator's state. Scores follow from the trees. */
export interface Checkpoint {
  readonly trees: Tree[];
  readonly random: number;
}

// JSON keeps every double exactly, so a resumed training is the uninterrupted one to the bit.
export function writeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  return Buffer.from(JSON.stringify(checkpoint));
}

export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Checkpoint;
}
