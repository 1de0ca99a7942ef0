import { describe, expect, it } from 'vitest';
import { FinalError } from '../errors.ts';
import { setValues } from './set.ts';

const text = `model: sales # the shop's
release:
  step: { for: 10m, at_least: 1000 requests }
  ramp: [5%, 100%]
monitor:
`;

describe('setValues', () => {
  it('changes the values named and leaves the rest as it is written', () => {
    const changed = setValues(text, ['release.step.for=4s', 'release.ramp.0=10%']);
    expect(changed).toContain("model: sales # the shop's");
    expect(changed).toContain('step: { for: 4s, at_least: 1000 requests }');
    expect(changed).toContain('10%, 100%');
  });

  it('adds what is not there, also below a key with nothing behind it', () => {
    expect(setValues(text, ['monitor.every=1s', 'training.params.trees=6000'])).toMatch(
      /monitor:\n {2}every: 1s\ntraining:\n {2}params:\n {4}trees: 6000\n/,
    );
  });

  it('takes lists, mappings and values with an equals sign or spaces', () => {
    const changed = setValues(text, ['release.ramp=[50%, 100%]', 'schedule=0 3 * * 1', 'description=a = b']);
    expect(changed).toContain('schedule: 0 3 * * 1\n');
    expect(changed).toContain('description: a = b\n');
    expect(changed).toMatch(/ramp: \[\s*50%, 100%\s*\]/);
  });

  it('reports every assignment that cannot be made', () => {
    const mistakes = ['release.bake', 'model.name=x', 'owner=[a'];
    const attempt = () => setValues(text, mistakes);
    expect(attempt).toThrow(FinalError);
    try {
      attempt();
    } catch (error) {
      expect((error as FinalError).problems.map((problem) => problem.message)).toEqual([
        '--set release.bake has no value',
        '--set model.name=x: model is a value and has no keys',
        '--set owner=[a: the value is no YAML',
      ]);
    }
  });
});
