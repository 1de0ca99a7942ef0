import { Graph } from './graph.ts';
import { withField } from './message-field.ts';
import { fieldNumber, NodeNames } from './schema.ts';
import { inputOf } from './signature.ts';

/** Makes probabilities of scores. */
export type ScoreCurve =
  /** 1 / (1 + exp(-(slope * logit(score) + offset))) */
  | { readonly kind: 'platt'; readonly slope: number; readonly offset: number }
  /** Through these points, with straight lines in between and level beyond; scores ascending, at least one. */
  | { readonly kind: 'isotonic'; readonly scores: readonly number[]; readonly probabilities: readonly number[] };

/** At or above it the positive class is predicted, by the value of a column. */
export interface ValueThresholds {
  readonly column: string;
  readonly type: 'category' | 'boolean';
  /** Values as pawl.yaml writes them: of a boolean `true` and `false`. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** Of any other value, and of a missing one. */
  readonly otherwise: number;
}

/** Scores this close to 0 and 1 have the odds of those that are not: float32 holds it apart from 1. */
const closest = 1e-6;

/** The same model with its scores on a curve. Everything else stays, byte for byte. */
export function withScoreCurve(artifact: Uint8Array, curve: ScoreCurve): Uint8Array {
  return extended(artifact, 'calibrated', (graph, score) => {
    if (curve.kind === 'platt') {
      const scaled = graph.node('Mul', [logOdds(graph, score), graph.floats([1, 1], [curve.slope])]);
      graph.node('Sigmoid', [graph.node('Add', [scaled, graph.floats([1, 1], [curve.offset])])], {}, '', 'score');
    } else addLines(graph, score, curve);
  });
}

/**
 * The same model with thresholds of its own for the values of a column: its score's odds are divided by those of the threshold, so
 * that the answer changes at 1/2 in every group, which is where every reader of scores looks. Where a threshold is not 1/2, the
 * score is no longer the probability that it was.
 */
export function withThresholds(artifact: Uint8Array, { column, type, thresholds, otherwise }: ValueThresholds): Uint8Array {
  return extended(artifact, 'thresholds', (graph, score) => {
    const offsets = Object.values(thresholds).map((threshold) => logit(threshold));
    const shared = { values_floats: { floats: offsets }, default_float: { float: logit(otherwise) } };
    const values = Object.keys(thresholds);
    const keys =
      type === 'category'
        ? { keys_strings: { strings: values } }
        : { keys_floats: { floats: values.map((value) => (value === 'true' ? 1 : 0)) } };
    const offset = graph.node('LabelEncoder', [inputOf(column)], { ...keys, ...shared }, 'ai.onnx.ml');
    graph.node('Sigmoid', [graph.node('Sub', [logOdds(graph, score), offset])], {}, '', 'score');
  });
}

/** Nodes behind a model's score, whose own output gets another name. */
function extended(artifact: Uint8Array, name: string, add: (graph: Graph, score: string) => void): Uint8Array {
  const graph = new Graph(`pawl:${name}`);
  const score = `pawl:before:${name}`;
  add(graph, score);
  return withField(artifact, fieldNumber.graphOfModel, (bytes) => {
    const renamed = withField(bytes, fieldNumber.nodeOfGraph, (node) => {
      const { output } = NodeNames.decode(node) as unknown as { output: string[] };
      if (!output.includes('score')) return node;
      const outputRenamed = withField(node, fieldNumber.outputOfNode, () => Buffer.from(score));
      return withField(outputRenamed, fieldNumber.nameOfNode, () => Buffer.from(score));
    });
    return Buffer.concat([renamed, graph.encodePart()]);
  });
}

function logOdds(graph: Graph, score: string): string {
  const constant = (value: number) => graph.floats([1, 1], [value]);
  const kept = graph.node('Min', [graph.node('Max', [score, constant(closest)]), constant(1 - closest)]);
  return graph.node('Sub', [graph.node('Log', [kept]), graph.node('Log', [graph.node('Sub', [constant(1), kept])])]);
}

/** The first probability, and what each piece has risen by at the score. A piece is subtracted at its own beginning: near it float32 loses nothing. */
function addLines(graph: Graph, score: string, { scores, probabilities }: Extract<ScoreCurve, { kind: 'isotonic' }>): void {
  const pieces = scores.slice(1).map((to, i) => {
    const [from, low, high] = [scores[i] ?? 0, probabilities[i] ?? 0, probabilities[i + 1] ?? 0];
    return { from, width: to - from, slope: (high - low) / (to - from) };
  });
  // Without a second point the curve is level: a piece that nothing rises on.
  const drawn = pieces.length === 0 ? [{ from: 0, width: 1, slope: 0 }] : pieces;
  const row = (of: (piece: (typeof drawn)[number]) => number) => graph.floats([1, drawn.length], drawn.map(of));
  const past = graph.node('Sub', [score, row(({ from }) => from)]);
  const within = graph.node('Min', [graph.node('Max', [past, graph.floats([1, 1], [0])]), row(({ width }) => width)]);
  const slopes = graph.floats(
    [drawn.length, 1],
    drawn.map(({ slope }) => slope),
  );
  const risen = graph.node('MatMul', [within, slopes]);
  graph.node('Add', [risen, graph.floats([1, 1], [probabilities[0] ?? 0])], {}, '', 'score');
}

export function logit(share: number): number {
  const kept = Math.max(closest, Math.min(1 - closest, share));
  return Math.log(kept / (1 - kept));
}
