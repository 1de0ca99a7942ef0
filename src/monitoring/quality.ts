import { counted, inWords, listed, percent } from '../stats/wording.ts';
import { wilsonInterval } from '../stats/wilson.ts';
import type { FeatureSpec } from '../spec/schema.ts';
import type { Finding } from './state.ts';
import type { Column } from './shifts.ts';

/** Four standard errors: a chance of 3 in 100,000 a feature and look. */
const certain = 4;
/** Values that are named in a sentence. */
const named = 3;

type FeatureContract = FeatureSpec;

/** What is wrong with one feature. */
export interface DataFault extends Finding {
  readonly feature: string;
}

/**
 * Recent predictions against the contract of the model's data: values missing more often than it accepts, values outside the range
 * that it states, and categories that it rejects. Each beyond what chance would explain. These are faults of the source: nothing
 * that a new version could mend.
 * @param sample the recent predictions by feature, null where a value is missing
 * @param tolerated the share of rows that may break a rule, `contract.quarantine.at_most`
 */
export function contractFaults(
  sample: Readonly<Record<string, Column>>,
  features: Readonly<Record<string, FeatureContract>>,
  tolerated: number,
): DataFault[] {
  return Object.entries(features).flatMap(([feature, spec]) => {
    const column = sample[feature];
    if (column === undefined || column.length === 0) return [];
    const values = Array.from(column);
    const missing = values.filter(isMissing).length;
    const faults = [
      beyond(missing, values.length, spec.nullable + tolerated)
        ? `${feature} is missing in ${percent(missing / values.length)} of ${inWords(values.length)} predictions, where ${percent(spec.nullable)} is accepted`
        : null,
      outside(feature, spec, values, tolerated),
    ];
    return faults.flatMap((because) => (because === null ? [] : [{ feature, because, features: [feature] }]));
  });
}

/** One finding of all faults, addressed to the owner. */
export function qualityFinding(faults: readonly DataFault[], owner: string): Finding | null {
  if (faults.length === 0) return null;
  const features = [...new Set(faults.map(({ feature }) => feature))];
  return { because: `the data is faulty, for ${owner} to see to: ${faults.map(({ because }) => because).join('; ')}`, features };
}

function outside(feature: string, spec: FeatureContract, values: readonly Column[number][], tolerated: number): string | null {
  const present = values.filter((value) => !isMissing(value));
  if (spec.type === 'number') {
    const { min = -Infinity, max = Infinity } = spec;
    const wrong = present.map(Number).filter((value) => value < min || value > max);
    if (!beyond(wrong.length, values.length, tolerated)) return null;
    const range = min === -Infinity ? `above ${max}` : max === Infinity ? `below ${min}` : `outside ${min} to ${max}`;
    return `${feature} is ${range} in ${percent(wrong.length / values.length)} of ${counted(values.length, 'prediction')}, such as ${listed([...new Set(wrong)].slice(0, named).map(String))}`;
  }
  if (spec.type !== 'category' || spec.unseen !== 'reject' || spec.values === undefined) return null;
  const known = new Set<string>(spec.values.map(String));
  const wrong = present.map(String).filter((value) => !known.has(value));
  if (!beyond(wrong.length, values.length, tolerated)) return null;
  return `${feature} has ${listed([...new Set(wrong)].slice(0, named))} in ${percent(wrong.length / values.length)} of ${counted(values.length, 'prediction')}, which the contract rejects`;
}

/** More than what is tolerated, by more than chance. */
function beyond(count: number, of: number, share: number): boolean {
  return count > 0 && wilsonInterval(count, of, certain).low > share;
}

const isMissing = (value: Column[number]) =>
  value === null || value === undefined || value === '' || (typeof value === 'number' && Number.isNaN(value));
