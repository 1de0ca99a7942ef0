import type { Attribute } from './graph.ts';

/** What a node asks of its value: whether it is at most a number, or one of some, at least one. */
export type NodeTest = { readonly atMost: number } | { readonly oneOf: readonly number[] };

/** A tree, an entry a node, the root first. A child >= 0 is a node, a negative one the leaf `~child`; without nodes it is its leaf 0. */
export interface TreeNodes {
  readonly feature: readonly number[];
  readonly test: readonly NodeTest[];
  /** Where a missing value goes. */
  readonly missingTrue: readonly boolean[];
  readonly whenTrue: readonly number[];
  readonly whenFalse: readonly number[];
  readonly leaves: ArrayLike<number>;
}

/** How the standard numbers the tests. */
const [leq, member] = [0, 6];

/** Trees that add to sums, as the standard's operator TreeEnsemble takes them (ai.onnx.ml, version 5; ONNX Operators-ml.md). */
export class TreeEnsemble {
  readonly #outputs: number;
  readonly #roots: number[] = [];
  readonly #features: number[] = [];
  readonly #modes: number[] = [];
  readonly #splits: number[] = [];
  readonly #members: number[] = [];
  readonly #missingTrue: number[] = [];
  readonly #true = { ids: [] as number[], areLeaves: [] as number[] };
  readonly #false = { ids: [] as number[], areLeaves: [] as number[] };
  readonly #targets: number[] = [];
  readonly #weights: number[] = [];

  /** @param outputs sums a row */
  constructor(outputs: number) {
    this.#outputs = outputs;
  }

  /** @param output the sum that it adds to */
  add({ feature, test, missingTrue, whenTrue, whenFalse, leaves }: TreeNodes, output: number): void {
    const [firstNode, firstLeaf] = [this.#modes.length, this.#weights.length];
    const point = (child: number, to: { ids: number[]; areLeaves: number[] }) => {
      to.areLeaves.push(child < 0 ? 1 : 0);
      to.ids.push(child < 0 ? firstLeaf + ~child : firstNode + child);
    };
    this.#roots.push(firstNode);
    for (const [node, asks] of test.entries()) {
      this.#features.push(feature[node] as number);
      this.#modes.push('atMost' in asks ? leq : member);
      this.#splits.push('atMost' in asks ? asks.atMost : 0);
      if ('oneOf' in asks) this.#members.push(...asks.oneOf, NaN);
      this.#missingTrue.push(missingTrue[node] === true ? 1 : 0);
      point(whenTrue[node] as number, this.#true);
      point(whenFalse[node] as number, this.#false);
    }
    if (test.length === 0) this.#addRootOf(firstLeaf);
    for (let leaf = 0; leaf < leaves.length; leaf++) {
      this.#targets.push(output);
      this.#weights.push(leaves[leaf] as number);
    }
  }

  attributes(): Record<string, Attribute> {
    return {
      n_targets: { int: this.#outputs },
      aggregate_function: { int: 1 },
      post_transform: { int: 0 },
      tree_roots: { ints: this.#roots },
      nodes_featureids: { ints: this.#features },
      nodes_modes: { bytes: Uint8Array.from(this.#modes) },
      nodes_splits: { tensor: Float32Array.from(this.#splits) },
      nodes_missing_value_tracks_true: { ints: this.#missingTrue },
      nodes_truenodeids: { ints: this.#true.ids },
      nodes_trueleafs: { ints: this.#true.areLeaves },
      nodes_falsenodeids: { ints: this.#false.ids },
      nodes_falseleafs: { ints: this.#false.areLeaves },
      leaf_targetids: { ints: this.#targets },
      leaf_weights: { tensor: Float32Array.from(this.#weights) },
      ...(this.#members.length === 0 ? {} : { membership_values: { tensor: Float32Array.from(this.#members) } }),
    };
  }

  /** A tree always has a node: here both ways lead to the only leaf. */
  #addRootOf(leaf: number): void {
    this.#features.push(0);
    this.#modes.push(leq);
    this.#splits.push(0);
    this.#missingTrue.push(0);
    for (const side of [this.#true, this.#false]) {
      side.ids.push(leaf);
      side.areLeaves.push(1);
    }
  }
}
