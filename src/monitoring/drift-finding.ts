import { inWords, listed } from '../stats/wording.ts';
import type { DriftAlarm } from './drift-detector.ts';
import type { DataFault } from './quality.ts';
import type { Finding } from './state.ts';

/** Alarms that are told with all their numbers; the others by name. */
const toldInFull = 3;

/**
 * What the drift detectors alarm for, apart: values that moved, and the score, are drift; values that went missing or are new are
 * faults of the data until somebody says otherwise.
 * @param watched features that are watched, without the score
 */
export function driftFindings(
  alarms: readonly DriftAlarm[],
  watched: number,
): { readonly drift: Finding | null; readonly faults: readonly DataFault[]; readonly since: number | null } {
  const moved = alarms.filter(({ what }) => what === 'distribution' || isAnswer(what));
  const faults = alarms.filter(({ what }) => what === 'missing' || what === 'new category');
  const since = moved.length === 0 ? null : Math.min(...moved.map((alarm) => alarm.since));
  return {
    drift: moved.length === 0 ? null : { because: sentence(moved, watched), features: moved.map(({ feature }) => feature) },
    faults: faults.map(({ feature, because }) => ({ feature, because, features: [feature] })),
    since,
  };
}

/** `2 of 6 features moved: vicprice rose from …, transfer fell from …; and the score` */
function sentence(moved: readonly DriftAlarm[], watched: number): string {
  const features = moved.filter(({ what }) => what === 'distribution');
  const answers = moved.filter(({ what }) => isAnswer(what));
  const scores = answers.map(({ because }) => because);
  const which = answers.some(({ what }) => what === 'score') ? 'the score' : 'the mix of predicted classes';
  if (features.length === 0) return `${which} moved: ${scores.join('; ')}`;
  const full = features.slice(0, toldInFull).map(({ because }) => because);
  const rest = features.slice(toldInFull).map(({ feature }) => feature);
  const said = [...full, ...(rest.length === 0 ? [] : [listed(rest)]), ...scores].join('; ');
  return `${inWords(features.length)} of ${inWords(watched)} features moved: ${said}`;
}

/** Whether an alarm is about what the version answers. */
const isAnswer = (what: DriftAlarm['what']) => what === 'score' || what === 'prediction';
