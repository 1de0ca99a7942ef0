import { counted, figure } from '../stats/wording.ts';
import { bestOf } from './ranking.ts';
import type { DrawnParams } from './space.ts';
import type { SearchPolicy, SearchState } from './state.ts';

/** `learning_rate 0.08, leaves 63` */
export function paramsText(drawn: DrawnParams): string {
  const said = Object.entries(drawn).map(([name, value]) => `${name} ${String(value)}`);
  return said.length === 0 ? 'the parameters as written' : said.join(', ');
}

/** `trial 7 with auc 0.8712 (learning_rate 0.08, leaves 63)`; null while no trial has a score. */
export function bestText(state: SearchState, policy: SearchPolicy): string | null {
  const best = bestOf(state, policy);
  if (best === null) return null;
  const drawn = state[best.trial - 1]?.drawn ?? {};
  return `trial ${best.trial} with ${policy.metric} ${figure(best.score)} (${paramsText(drawn)})`;
}

/** How a search came out, in one sentence. */
export function searchSentence(state: SearchState, policy: SearchPolicy, because: string): string {
  const failed = state.filter(({ looks }) => looks.some(({ score }) => score === null)).length;
  const written = state[0]?.looks.at(-1)?.score;
  const best = bestOf(state, policy);
  if (best === null) return because;
  const beside = best.trial === 1 || written == null ? '' : `; the parameters as written came to ${figure(written)}`;
  return [
    `${because}: ${bestText(state, policy) ?? ''}${beside}`,
    ...(failed === 0 ? [] : [`${counted(failed, 'trial')} failed`]),
  ].join('; ');
}
