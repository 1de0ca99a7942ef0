import { countInBins, quantileBins } from '../../../src/stats/bins.ts';
import { ksPValue, ksStatistic } from '../../../src/stats/kolmogorov-smirnov.ts';
import { populationStability } from '../../../src/stats/psi.ts';

/** The usual rules: the last 1,000 rows against the reference, at each hundredth row. */
const window = 1000;
const every = 100;
/** Looks at a stream of 20,000 rows. */
const looks = 200;

/** The row at which a rule alarms first; null where it does not. */
type Watch = (x: Float64Array, before: number) => number | null;

const byWindows =
  (rule: (reference: Float64Array) => (sample: Float64Array) => boolean): Watch =>
  (x, before) => {
    const alarms = rule(x.slice(0, before).toSorted());
    for (let end = before + window; end <= x.length; end += every) if (alarms(x.slice(end - window, end))) return end;
    return null;
  };

const kolmogorovSmirnov = (level: number) =>
  byWindows((reference) => (sample) => ksPValue(ksStatistic(reference, sample.toSorted()), reference.length, window) < level);

export const rivals: readonly { readonly name: string; readonly watch: Watch }[] = [
  { name: 'KS, p < .05', watch: kolmogorovSmirnov(0.05) },
  { name: 'KS, p < .05 / looks', watch: kolmogorovSmirnov(0.05 / looks) },
  {
    name: 'PSI > 0.2',
    watch: byWindows((reference) => {
      const bins = quantileBins(reference);
      const counts = countInBins(bins, reference);
      return (sample) => populationStability(counts, countInBins(bins, sample)) > 0.2;
    }),
  },
];
