import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceFolder } from '../test/source-folder.ts';
import { createDatabase } from '../test/stack/postgres.ts';
import { readFrame } from '../src/data/frame.ts';
import { splitHoldout } from '../src/data/holdout.ts';
import { OnnxModel } from '../src/onnx/model.ts';
import { scoreFrame } from '../src/onnx/score-frame.ts';
import { recordDataset } from '../src/registry/datasets.ts';
import { openRegistry, type Registry } from '../src/registry/registry.ts';
import { openRelease } from '../src/registry/releases.ts';
import { applySpec } from '../src/registry/specs.ts';
import { recordTrigger } from '../src/registry/triggers.ts';
import { specDigest } from '../src/spec/digest.ts';
import { parseSpec } from '../src/spec/parse.ts';
import { Random } from '../src/training/random.ts';
import { type Dependencies, wallClock } from './dependencies.ts';
import { type Candidate, createTrainActivities } from './train.ts';

let folder: SourceFolder;
let registry: Registry;
beforeAll(async () => {
  folder = await SourceFolder.make();
  registry = openRegistry(await createDatabase());
  const random = new Random(4);
  const rows = Array.from({ length: 3000 }, () => {
    const [female, income] = [random.next() < 0.4, random.next()];
    // Who earns more repays more often, and it was written down less often of women.
    const repaid = random.next() < income * (female ? 0.5 : 1);
    return `${female ? 'f' : 'm'},${income.toFixed(4)},eu,,${repaid ? 'yes' : 'no'},${(0.5 + random.next()).toFixed(3)}`;
  });
  await folder.write('rows.csv', `sex,income,market,score,repaid,worth\n${rows.join('\n')}\n`);
});
afterAll(async () => {
  await registry.close();
  await folder.remove();
});

/** Ingests, validates and trains as a release of such a pawl.yaml does. */
async function train(model: string, contract: string, training: string) {
  const text = `model: ${model}
task: binary-classification
owner: tests
source: { files: "*.csv" }
contract:
  label: repaid
  ${contract}
  features:
    sex: { type: category }
    income: { type: number }
    market: { type: category }
    score: { type: number, nullable: 100% }
training: ${training}
`;
  const spec = parseSpec(text, 'pawl.yaml');
  const digest = specDigest(spec);
  await applySpec(registry, { spec, digest, source: text, baseDirectory: folder.path, by: 'ada' });
  const dataset = await folder.dataset(spec);
  await recordDataset(registry, { model, dataset, specDigest: digest });
  const trigger = { id: randomUUID(), kind: 'person' as const, because: 'a test', by: 'ada' };
  await recordTrigger(registry, { ...trigger, model, evidence: {} });
  const { id } = await openRelease(registry, { model, runId: randomUUID(), specDigest: digest, trigger });
  const dependencies: Dependencies = {
    registry,
    store: folder.store,
    clock: wallClock,
    logger: pino({ level: 'silent' }),
    lookEvery: 1000,
  };
  const learn = () => createTrainActivities(dependencies).train({ release: id, model, dataset, shuffleLabels: false });
  const candidate = await new MockActivityEnvironment().run<[], Candidate, () => Promise<Candidate>>(learn);
  const { holdout } = splitHoldout(await readFrame(folder.store, dataset.uri, spec), spec.evaluation.holdout);
  const artifact = await OnnxModel.open(await folder.store.get(candidate.uri));
  const scores = await scoreFrame(artifact, holdout);
  await artifact.release();
  return { candidate, scores, holdout };
}

type Trained = Awaited<ReturnType<typeof train>>;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** How much higher men score on average. */
function gap({ scores, holdout }: Trained): number {
  const { sex } = holdout.columns;
  if (sex?.type !== 'category') throw new Error('sex is a category');
  const of = (level: string) => [...scores].filter((_, row) => sex.levels[sex.codes[row] ?? -1] === level);
  return mean(of('m')) - mean(of('f'));
}

describe('a training', () => {
  it('weighs rows so that groups are even, as pawl.yaml asks, and says what the rows did not tell', async () => {
    const plain = await train('plain', '', '{ params: { trees: 40 } }');
    const even = await train('even', '', '{ params: { trees: 40 }, reweigh: [sex] }');
    expect(gap(plain)).toBeGreaterThan(0.2);
    expect(Math.abs(gap(even))).toBeLessThan(0.08);
    expect(even.candidate.notes).toEqual([
      'market has one value in every row, and score is missing in every row: nothing was learned from them.',
    ]);
  });

  it('makes classes weigh alike, takes the column of weights for no feature, and says how many trees were kept', async () => {
    const { candidate, scores, holdout } = await train(
      'balanced',
      'weight: worth',
      '{ class_weights: balanced, threads: 1, params: { trees: 400, learning_rate: 0.3, early_stopping: { rounds: 5 } } }',
    );
    expect(mean([...holdout.label])).toBeLessThan(0.45);
    expect(mean([...scores])).toBeGreaterThan(0.46);
    expect(Object.keys(candidate.importances)).toEqual(['sex', 'income', 'market', 'score']);
    const kept = candidate.params['trees_kept'];
    expect(kept).toBeLessThan(400);
    expect(candidate.notes?.[0]).toBe(
      `Kept ${String(kept)} trees of 400 allowed: the loss on the newest 240 rows, held back for this, was smallest there.`,
    );
  });

  it('refuses weights of classes that there are not, for good', async () => {
    await expect(train('wrong', '', '{ class_weights: { good: 2 } }')).rejects.toMatchObject({
      code: 'PAWL_TRAINING_IMPOSSIBLE',
      problems: [{ message: 'class_weights names good, and the classes are no, yes' }],
    });
  });
});
