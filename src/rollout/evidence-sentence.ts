import { counted, figure, inWords, lasting, percent } from '../stats/wording.ts';
import type { ArmCounts, Evidence, PairedCounts, RolloutPolicy, RolloutState } from './state.ts';
import { requestsOfCallers, stepName } from './step-terms.ts';

/** In the order in which people ask for them. */
const metrics = ['accuracy', 'mae', 'pinball', 'poisson_deviance', 'f1', 'precision', 'recall', 'value', 'rmse'] as const;
/** Shares; the others are amounts. */
const shares: readonly string[] = ['accuracy', 'f1', 'precision', 'recall'];

/**
 * `25 % held for 10 min: 1,204 requests, challenger 0.2 % errors (champion 0.3 %), accuracy 79.1 % against 76.8 % on 840
 * labelled pairs`.
 */
export function evidenceSentence(state: RolloutState, evidence: Evidence, policy: RolloutPolicy): string {
  const held = `${stepName(state, policy)} held for ${lasting(evidence.elapsed)}`;
  if (!state.hasChampion) {
    const { requests } = evidence.challenger;
    return `${held}: ${requests === 0 ? 'no requests yet' : `${counted(requests, 'request')}, ${errors(evidence.challenger)}`}, no champion to compare with`;
  }
  const parts = [counted(requestsOfCallers(evidence, policy), 'request')];
  if (evidence.challenger.requests > 0) {
    const beside = evidence.champion.requests > 0 ? ` (champion ${errorShare(evidence.champion)})` : '';
    parts.push(`challenger ${errors(evidence.challenger)}${beside}`);
  }
  parts.push(...inPairs(evidence.paired, policy));
  return `${held}: ${parts.join(', ')}`;
}

/** The label metrics that the policy looks at, or the first that is there; without labels, how much the two disagree. */
function inPairs(paired: PairedCounts, policy: RolloutPolicy): string[] {
  const there = metrics.filter((metric) => paired.champion[metric] !== undefined && paired.challenger[metric] !== undefined);
  const asked = there.filter((metric) => policy.rollback_when.some((rule) => rule[metric] !== undefined));
  const shown = asked.length > 0 ? asked : there.slice(0, 1);
  if (shown.length > 0 && paired.labelled > 0) {
    const values = shown.map((metric) => {
      const say = shares.includes(metric) ? percent : figure;
      return `${metric} ${say(paired.challenger[metric] ?? 0)} against ${say(paired.champion[metric] ?? 0)}`;
    });
    return [`${values.join(' and ')} on ${inWords(paired.labelled)} labelled ${paired.labelled === 1 ? 'pair' : 'pairs'}`];
  }
  return paired.pairs === 0 ? [] : [`${percent(paired.disagreements / paired.pairs)} of ${counted(paired.pairs, 'pair')} differ`];
}

const errorShare = ({ requests, errors }: ArmCounts) => percent(requests === 0 ? 0 : errors / requests);
const errors = (arm: ArmCounts) => `${errorShare(arm)} errors`;
