import { driftHead, driftRows, falseAlarmSentence, rolloutHead, rolloutRow } from '../simulation/summary-rows.ts';
import type { SimulationResult } from '../simulation/simulate.ts';
import { counted, inWords } from '../stats/wording.ts';
import { table } from './output.ts';

/** Tables of what the policies do, then what they were simulated on. */
export function simulateText(result: SimulationResult): string {
  const { characteristics, rollouts, seed, model } = result;
  return [
    `${model}: ${counted(rollouts, 'rollout')} of each kind, seed ${seed}. In parentheses the 90th percentile, before it the median.`,
    table(rolloutHead, characteristics.map(rolloutRow)),
    ...driftText(result),
    ...listed('Left out', result.leftOut),
    ...listed('Made of', result.profile.madeOf),
    ...listed('Assumed', result.profile.assumed),
  ].join('\n');
}

function driftText({ drift }: SimulationResult): string[] {
  if (drift === null) return [];
  const { falseAlarms, block } = drift;
  const { alarms, rows, statedRows, policyRows } = falseAlarms;
  const scaled = policyRows > statedRows ? ', scaled to the policy' : '';
  return [
    '',
    `Drift: ${falseAlarmSentence(drift)}; ${counted(alarms, 'alarm')} in ${inWords(rows)} rows drawn in blocks of ${inWords(block)}, at one in ${inWords(statedRows)}${scaled}.`,
    ...(drift.delays.length === 0 ? [] : [table(driftHead, driftRows(drift))]),
  ];
}

function listed(head: string, sentences: readonly string[]): string[] {
  return sentences.length === 0 ? [] : ['', `${head}:`, ...sentences.map((sentence) => `  ${sentence}`)];
}
