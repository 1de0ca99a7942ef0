/** Which side of a rollout answers a request, and which is scored beside it, off the caller's path. */
export type Side = 'champion' | 'challenger';

export interface Route {
  readonly answers: Side;
  readonly beside: Side | null;
}

/** What decides whether a caller takes part in the experiment at all. */
export interface RoutingState {
  /** Only callers of these segments take part; null: everybody. */
  readonly segments: readonly string[] | null;
  /** A challenger is assigned, and is loaded and warm at this gateway. */
  readonly challengerReady: boolean;
  readonly championReady: boolean;
  /** What is left of the challenger's lease at this gateway, ms; null where its share needs none. */
  readonly leaseRemaining: number | null;
}

/**
 * Whether there is an experiment at this gateway that the caller takes part in. A lapsed lease ends it: no share and no shadow,
 * because nobody is watching. Without a ready champion there would be nobody to answer for a challenger that fails. Who opted out,
 * or belongs to no segment of the experiment, is not scored beside either.
 */
export function takesPart(
  state: RoutingState,
  caller: { readonly segment: string | null; readonly experiment: boolean },
): boolean {
  const lapsed = state.leaseRemaining !== null && state.leaseRemaining <= 0;
  if (!state.challengerReady || !state.championReady || lapsed || !caller.experiment) return false;
  return state.segments === null || (caller.segment !== null && state.segments.includes(caller.segment));
}

/**
 * The sides of a caller who takes part.
 * @param shares `share`: fraction of the callers that the challenger answers; `shadowShare`: fraction of the requests that the
 * other side scores too
 * @param bucket of the caller's key, in [0, 1)
 * @param draw of the request, in [0, 1), for the sampling of shadows
 */
export function split(shares: { readonly share: number; readonly shadowShare: number }, bucket: number, draw: number): Route {
  const answers: Side = bucket < shares.share ? 'challenger' : 'champion';
  const other: Side = answers === 'challenger' ? 'champion' : 'challenger';
  return { answers, beside: draw < shares.shadowShare ? other : null };
}
