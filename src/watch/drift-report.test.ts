import { expect, it } from 'vitest';
import { driftReference } from '../monitoring/drift-reference.ts';
import { exampleSpec } from '../registry/example-model.testsuite.ts';
import type { VersionRecord } from '../registry/versions.ts';
import type { LoggedPrediction } from '../serving/logged-prediction.ts';
import { Random } from '../training/random.ts';
import { nothingKnown } from './champion-reference.ts';
import { driftLook } from './drift-look.ts';
import { reportDrift } from './drift-report.ts';

const random = new Random(9);
const uniform = (count: number, from = 0) => Array.from({ length: count }, () => from + random.next());
const spec = exampleSpec('m');
const version = { version: 1, importances: { period: 1, nswprice: 3 } } as unknown as VersionRecord;
const rows = { period: uniform(4000), nswprice: uniform(4000), day: uniform(4000) };
const known = {
  ...nothingKnown,
  drift: {
    name: 'v1',
    reference: driftReference(rows, { features: spec.contract.features, scores: uniform(4000), stretch: 1000 }),
  },
};
const now = Date.UTC(2026, 2, 1);

/** A thousand answers; `from` is where `nswprice` begins. */
const answers = (from: number): LoggedPrediction[] =>
  Array.from({ length: 1000 }, (_, i) => ({
    id: `${i}`,
    model: 'm',
    version: 1,
    revision: 1,
    role: 'champion',
    key: null,
    at: now - (1000 - i) * 1000,
    score: random.next(),
    prediction: '1',
    row: { period: random.next(), nswprice: from + random.next(), day: random.next() },
  }));

async function look(predictions: LoggedPrediction[]) {
  const labelsBefore = () => Promise.resolve(0);
  const { memory, drift } = await driftLook(spec, version, {
    sample: predictions,
    reference: known.drift,
    before: null,
    labelsBefore,
    at: now,
  });
  const records = { predictions, accepted: () => Promise.resolve(rows), reference: known };
  const carried = { champion: 1, labelSeq: 0, loss: null, truth: null, ...(memory === null ? {} : { drift: memory }) };
  return { drift, report: await reportDrift(spec, version, records, carried, now) };
}

it('says of each feature, the most important one first, how near it is to an alarm and how it compares', async () => {
  const { drift, report } = await look(answers(0.4));
  expect(report).toMatchObject({ version: 1, newest: '999', sampled: 1000, accepted: 1000 });
  expect(report?.features.map(({ feature, importance }) => [feature, importance])).toEqual([
    ['nswprice', 0.75],
    ['period', 0.25],
    ['day', null],
    ['score', null],
  ]);
  const [price, period, , score] = report?.features ?? [];
  expect(drift?.features).toEqual(['nswprice']);
  expect(price?.evidence?.share).toBeGreaterThan(1);
  expect(price?.evidence).toMatchObject({ what: 'distribution', since: expect.any(Number) as number });
  expect(price?.measures?.ks?.distance).toBeGreaterThan(0.35);
  expect(period?.evidence?.share).toBeLessThan(0.5);
  expect(period?.measures?.psi).toBeLessThan(0.1);
  expect(score?.evidence?.what).not.toBe('distribution');
  expect(score?.measures?.sample.rows).toBe(1000);
  expect(JSON.stringify(report).length).toBeLessThan(5000);
});

it('is an alarm where the evidence is all of what one needs, and only there', async () => {
  for (const from of [0, 0.05, 0.1, 0.2, 0.3]) {
    const { drift, report } = await look(answers(from));
    const alarmed = (report?.features ?? []).filter(({ evidence }) => (evidence?.share ?? 0) >= 1).map(({ feature }) => feature);
    expect(alarmed).toEqual(drift?.features ?? []);
  }
});

it('measures without evidence where no detector watches, and is nothing without rows to compare', async () => {
  const records = { predictions: answers(0), accepted: () => Promise.resolve(rows), reference: nothingKnown };
  const report = await reportDrift(spec, version, records, undefined, now);
  expect(report?.features.map(({ feature, evidence }) => [feature, evidence])).toEqual([
    ['nswprice', null],
    ['period', null],
    ['day', null],
  ]);
  expect(await reportDrift(spec, version, { ...records, accepted: null }, undefined, now)).toBeNull();
  expect(await reportDrift(spec, version, { ...records, predictions: [] }, undefined, now)).toBeNull();
});
