import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import type { DriftReport } from '../monitoring/drift-report.ts';
import { newestDriftReport, newestDriftReports, writeDriftReport } from './drift-reports.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { openRegistry, type Registry } from './registry.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const day = 86_400_000;
const report = (at: number, newest: string): DriftReport => ({ at, version: 1, newest, sampled: 5, accepted: 5, features: [] });

it('keeps a report for each look, once however often it is written, for thirty days', async () => {
  const [{ model }, other] = [await ExampleModel.apply(registry), await ExampleModel.apply(registry)];
  const begun = Date.UTC(2026, 2, 1);
  expect(await newestDriftReport(registry, model)).toBeNull();
  await writeDriftReport(registry, model, report(begun, 'a'));
  await writeDriftReport(registry, model, report(begun + 10, 'a'));
  await writeDriftReport(registry, other.model, report(begun, 'a'));
  await writeDriftReport(registry, model, report(begun + 20 * day, 'b'));
  const count = async () => {
    const rows = await registry.db.selectFrom('drift_reports').select(['newest', 'at']).where('model', '=', model).execute();
    return rows.map(({ newest, at }) => [newest, +at]);
  };
  expect(await count()).toEqual([
    ['a', begun + 10],
    ['b', begun + 20 * day],
  ]);
  await writeDriftReport(registry, model, report(begun + 31 * day, 'c'));
  expect(await count()).toHaveLength(2);
  expect((await newestDriftReport(registry, model))?.newest).toBe('c');
  const all = await newestDriftReports(registry);
  expect(
    all
      .filter((one) => one.model === model || one.model === other.model)
      .map(({ report: { newest } }) => newest)
      .toSorted(),
  ).toEqual(['a', 'c']);
});
