import type { Frame } from '../data/dataset.ts';
import type { MetricName, RobustnessSpec } from '../spec/evaluation-schema.ts';
import { plainNumbers, usualError } from '../stats/number-losses.ts';
import { percent } from '../stats/wording.ts';
import { type Answers, metricsOf } from './answers.ts';
import { withMissing } from './changed-rows.ts';
import { compare, gainOf } from './comparison.ts';
import { againstBound, type GateResult, show } from './gate-result.ts';

/** Values that are taken away are the same at each evaluation of the same rows. */
const seed = 1;

/** What a metric loses when a share of the values is missing, against what it may. Rows and labels are the same, so that the interval is of pairs. */
export async function checkRobustness(
  spec: RobustnessSpec,
  subject: { frame: Frame; answers: Answers; score: (frame: Frame) => Promise<Answers>; on: string; confidence: number },
): Promise<GateResult> {
  const { frame, answers, score, on, confidence } = subject;
  const metric: MetricName = spec.metric ?? (answers.call === null ? usualError(answers.terms ?? plainNumbers) : 'accuracy');
  const names = spec.columns ?? frame.features;
  const gappy = await score(withMissing(frame, names, spec.missing, seed));
  const [before, after] = [metricsOf(frame.label, answers)[metric], metricsOf(frame.label, gappy)[metric]];
  const name = `loss of ${metric} with ${percent(spec.missing)} of the values missing`;
  const bound = spec.loses_at_most;
  const rows = frame.rows;
  if (before === undefined || after === undefined) {
    const because = `${metric} has no value on ${rows} ${on}, with or without missing values`;
    return {
      gate: `${name} at_most ${bound}`,
      metric: 'robustness',
      passed: false,
      value: null,
      bound,
      because,
      interval: null,
      rows,
      on,
    };
  }
  const { interval, method } = await compare(metric, frame.label, gappy, answers, confidence, frame.timestamp !== null);
  const stated = interval && { low: -interval.high, high: -interval.low, confidence, method };
  const value = -gainOf(metric, after, before);
  const result = againstBound({
    metric: 'robustness',
    name,
    kind: 'at_most',
    bound,
    value,
    interval: stated,
    whole: false,
    rows,
    on,
  });
  const which = spec.columns === undefined ? 'every feature' : spec.columns.join(', ');
  return { ...result, because: `${result.because}: ${show(before)} with all values, ${show(after)} without those of ${which}` };
}
