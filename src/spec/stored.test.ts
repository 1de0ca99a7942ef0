import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../package-root.ts';
import { parseSpec } from './parse.ts';
import { specOfToday } from './stored.ts';

const spec = parseSpec(readFileSync(packageFile('examples/electricity/pawl.yaml'), 'utf8'), 'pawl.yaml');

/** As it was stored before features had `log`, releases a strategy, models a way of serving, monitors detectors, and gates a
 * confidence. */
function fromBefore(): typeof spec {
  const old = structuredClone(spec) as unknown as {
    serving?: unknown;
    evaluation: Record<string, unknown>;
    release: Record<string, unknown> & { step: { exposure?: unknown } };
    monitor: Record<string, unknown> & { drift: { by?: unknown }; performance: { detector?: unknown; estimate?: unknown } };
    contract: { features: Record<string, { log?: unknown }> };
  };
  delete old.serving;
  for (const key of ['confidence', 'slices', 'behaviour', 'calibrate', 'tune_on']) delete old.evaluation[key];
  for (const key of ['strategy', 'false_rollbacks', 'advance', 'at_deadline']) delete old.release[key];
  delete old.release.step.exposure;
  for (const key of ['retrains_a_week', 'late_labels']) delete old.monitor[key];
  delete old.monitor.drift.by;
  delete old.monitor.performance.detector;
  delete old.monitor.performance.estimate;
  for (const feature of Object.values(old.contract.features)) delete feature.log;
  return old as unknown as typeof spec;
}

describe('a stored spec', () => {
  it('from before a key was there reads as the file does today, in the order of its features', () => {
    const read = specOfToday(fromBefore());
    expect(read).toEqual(spec);
    expect(Object.keys(read.contract.features)).toEqual(Object.keys(spec.contract.features));
  });

  it('keeps what it says', () => {
    const said = {
      ...spec,
      serving: { deadline: 50, default: '0', opt_out: ['a'], choose_version: [] },
      release: { ...spec.release, strategy: 'ab' as const, segments: ['beta'] },
      contract: { ...spec.contract, features: { period: { type: 'number' as const, nullable: 0, log: 'drop' as const } } },
    };
    expect(specOfToday(said)).toEqual(said);
  });
});
