import type { ClassicMemory } from './classic.ts';
import type { DriftMemory } from './drift-memory.ts';
import type { LossState } from './loss.ts';
import type { TruthState } from './late-labels.ts';

/** What detectors carry from tick to tick, of one champion. Plain JSON, and small: it goes through Temporal with each tick. */
export interface MonitorMemory {
  /** Whom it is of; another champion begins anew, but for the place among the labels. */
  readonly champion: number;
  /** Labels are held against predictions up to this one, in the order of their arrival. */
  readonly labelSeq: number;
  /** Null where losses are judged by samples, or nothing is known of them at release. */
  readonly loss: LossState | null;
  /** Null where no promotion is open any more. */
  readonly truth: TruthState | null;
  /** Absent where drift is not watched by a detector. */
  readonly drift?: DriftMemory;
  /** Absent without `preset: classic`. */
  readonly classic?: ClassicMemory;
}
