import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { exampleSpec } from '../registry/example-model.testsuite.ts';
import { changesBetween, doneAgain } from './changes.ts';
import { evaluateInputs, ingestInputs, inputsDigest, settings, trainInputs, validateInputs } from './inputs.ts';
import type { StepInputs } from './step.ts';

const spec = exampleSpec('electricity');
const surroundings = { code: settings({ pawl: '1.0.0' }), environment: settings({ node: '20.20.0' }) };
const dataset = { digest: `sha256:${'a'.repeat(64)}` as const, rows: 1000, newest: '2026-01-02T00:00:00.000Z' };
const train = (changes: object = {}, about: object = {}) =>
  trainInputs(
    { ...spec, training: { ...spec.training, ...changes } },
    {
      ...{ dataset, shuffleLabels: false, champion: null, params: spec.training.params, ...surroundings },
      ...about,
    },
  );

describe('what changed', () => {
  it('is told by name, with what it was and what it is', () => {
    const before = train({}, { params: { trees: 200, leaves: 31 } });
    expect(changesBetween(before, before)).toBeNull();
    expect(changesBetween(before, train({}, { params: { trees: 300, leaves: 31 } }))).toBe(
      'parameters changed (trees 200 -> 300)',
    );
    expect(changesBetween(before, train({}, { params: { trees: 200, learning_rate: 0.05 } }))).toBe(
      'parameters changed (learning_rate none -> 0.05, leaves 31 -> none)',
    );
    const grown = { ...dataset, digest: `sha256:${'b'.repeat(64)}` as const, rows: 1048 };
    expect(changesBetween(before, train({ seed: 2 }, { dataset: grown, params: { trees: 200, leaves: 31 } }))).toBe(
      'data changed (48 rows more) and seed changed (seed 1 -> 2)',
    );
    expect(changesBetween(before, train({}, { params: { a: 1, b: 2, c: 3, d: 4, e: 5 } }))).toBe(
      'parameters changed (a none -> 1, b none -> 2, c none -> 3 and 4 more)',
    );
    expect(doneAgain('train', 'seed changed')).toBe('trained again: seed changed');
  });

  it('is told of inputs without facts by their name alone, and of ones that came or went', () => {
    const one: StepInputs = { candidate: { digest: 'a', facts: {} } };
    expect(changesBetween(one, { candidate: { digest: 'b', facts: {} } })).toBe('candidate changed');
    expect(changesBetween(one, { ...one, weights: settings({ column: 'w' }) })).toBe('weights changed (column none -> w)');
    expect(changesBetween({ ...one, weights: settings({ column: 'w' }) }, one)).toBe('weights changed (column w -> none)');
  });

  it('has a digest of its own: equal exactly where nothing is told', () => {
    const inputs = fc.dictionary(
      fc.constantFrom('a', 'b', 'c'),
      fc.dictionary(fc.constantFrom('x', 'y'), fc.integer({ max: 2, min: 0 })).map(settings),
    );
    fc.assert(
      fc.property(inputs, inputs, (one, other) => {
        expect(inputsDigest(one) === inputsDigest(other)).toBe(changesBetween(one, other) === null);
      }),
    );
  });
});

describe('a training depends on', () => {
  it('its data, hold-out, parameters, seed, trainer, labels, contract, code and environment', () => {
    const before = train();
    const differ = (now: StepInputs) => changesBetween(before, now)?.replace(/ changed.*/, '');
    expect(differ(train({ trainer: 'logistic' }))).toBe('trainer');
    expect(differ(train({ class_weights: 'balanced' }))).toBe('training');
    expect(differ(train({}, { shuffleLabels: true }))).toBe('labels');
    expect(differ(train({}, { champion: { version: 3, digest: 'sha256:c' } }))).toBe('champion');
    expect(differ(train({}, { code: settings({ pawl: '1.1.0' }) }))).toBe('code');
    expect(differ(train({}, { environment: settings({ node: '22.0.0' }) }))).toBe('environment');
    const about = { dataset, shuffleLabels: false, champion: null, params: {}, ...surroundings };
    const { contract, evaluation } = spec;
    const features = { ...contract.features, period: { type: 'boolean' as const, nullable: 0, log: 'keep' as const } };
    expect(differ(trainInputs({ ...spec, contract: { ...contract, features } }, about))).toBe('contract');
    expect(differ(trainInputs({ ...spec, evaluation: { ...evaluation, holdout: { share: 0.3 } } }, about))).toBe('hold-out');
    expect(differ(trainInputs({ ...spec, evaluation: { ...evaluation, calibrate: 'platt' } }, about))).toBe('tuning');
  });

  it('the order of the features, which is that of the inputs of the model', () => {
    const { contract } = spec;
    const features = Object.fromEntries(Object.entries(contract.features).toReversed());
    const about = { dataset, shuffleLabels: false, champion: null, params: {}, ...surroundings };
    expect(inputsDigest(trainInputs({ ...spec, contract: { ...contract, features } }, about))).not.toBe(inputsDigest(train()));
  });

  it('nothing that only says how long it may take, who watches it, and what is logged', () => {
    const { contract } = spec;
    const features = Object.fromEntries(
      Object.entries(contract.features).map(([name, one]) => [name, { ...one, log: 'drop' as const }]),
    );
    const about = { dataset, shuffleLabels: false, champion: null, params: {}, ...surroundings };
    const others = { ...spec, owner: 'somebody', contract: { ...contract, features, rows: { at_least: 5 }, freshness: 5 } };
    expect(inputsDigest(trainInputs(others, about))).toBe(inputsDigest(train()));
    expect(inputsDigest(train({ optimize: ['graph'], search: { params: {} } }))).toBe(inputsDigest(train()));
    expect(inputsDigest(train({ threads: 7, time_budget: 5000, window: 9 }))).toBe(inputsDigest(train()));
    // A command may learn otherwise on more threads.
    const command = { trainer: 'command', command: ['train'] };
    expect(inputsDigest(train({ ...command, threads: 7 }))).not.toBe(inputsDigest(train(command)));
  });
});

describe('the other steps depend on', () => {
  const snapshot = { uri: 'file:///s', sourcesUri: 'file:///t', oldest: null, ...dataset };
  it('the files, and of the window only where there is one', () => {
    const source = { digest: 'sha256:f', facts: { files: 2, bytes: 100 } };
    const ingest = (changes: object, asOf: string | null = null) =>
      inputsDigest(ingestInputs({ ...spec, ...changes }, { source, asOf, ...surroundings }));
    const otherHoldout = { evaluation: { ...spec.evaluation, holdout: { share: 0.4 } } };
    expect(ingest(otherHoldout)).toBe(ingest({}));
    const windowed = { training: { ...spec.training, window: 1000 } };
    expect(ingest({ ...windowed, ...otherHoldout })).not.toBe(ingest(windowed));
    expect(ingest({}, '2026-01-01T00:00:00Z')).not.toBe(ingest({}));
  });

  it('whether rows are fresh enough, and not on the time', () => {
    const strict = { ...spec, contract: { ...spec.contract, freshness: 1000 } };
    const newest = Date.parse(dataset.newest);
    const validate = (of: typeof spec, now: number) => inputsDigest(validateInputs(of, { snapshot, now, ...surroundings }));
    expect(validate(strict, newest + 900)).toBe(validate(strict, newest + 10));
    expect(validate(strict, newest + 1001)).not.toBe(validate(strict, newest + 10));
    expect(validate(spec, newest + 1e9)).toBe(validate(spec, newest));
  });

  it('the candidate, the champion and every gate', () => {
    const evaluate = (changes: object, of = spec) =>
      inputsDigest(
        evaluateInputs(of, { dataset, candidate: { digest: 'sha256:c' }, champion: null, ...surroundings, ...changes }),
      );
    const before = evaluate({});
    expect(evaluate({ candidate: { digest: 'sha256:d' } })).not.toBe(before);
    expect(evaluate({ champion: { version: 1, digest: 'sha256:c' } })).not.toBe(before);
    expect(evaluate({}, { ...spec, evaluation: { ...spec.evaluation, gates: [] } })).not.toBe(before);
    expect(evaluate({}, { ...spec, training: { ...spec.training, optimize: ['graph'] } })).not.toBe(before);
    expect(evaluate({ candidate: { digest: 'sha256:c' } })).toBe(before);
  });
});
