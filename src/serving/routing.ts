/** Which side of a rollout answers a request, and which is scored beside it, off the caller's path. */
export type Side = 'champion' | 'challenger';

export interface Route {
  readonly answers: Side;
  readonly beside: Side | null;
}

export interface RoutingState {
  /** Fraction of the callers that the challenger answers. */
  readonly share: number;
  /** Fraction of the requests that the other side scores too. */
  readonly shadowShare: number;
  /** A challenger is assigned, and is loaded and warm at this gateway. */
  readonly challengerReady: boolean;
  readonly championReady: boolean;
  /** What is left of the challenger's lease at this gateway, ms; null where its share needs none. */
  readonly leaseRemaining: number | null;
}

const championAlone: Route = { answers: 'champion', beside: null };

/**
 * `bucket`: of the caller's key, in [0, 1). `draw`: of the request, in [0, 1), for the sampling of shadows.
 * A lapsed lease ends the experiment at this gateway: no share and no shadow, because nobody is watching. Without a ready
 * champion the challenger gets nothing either: there would be nobody to answer for it when it fails.
 */
export function route(state: RoutingState, bucket: number, draw: number): Route {
  const lapsed = state.leaseRemaining !== null && state.leaseRemaining <= 0;
  if (!state.challengerReady || !state.championReady || lapsed) return championAlone;
  const answers: Side = bucket < state.share ? 'challenger' : 'champion';
  const other: Side = answers === 'challenger' ? 'champion' : 'challenger';
  return { answers, beside: draw < state.shadowShare ? other : null };
}
