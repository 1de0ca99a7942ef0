import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { literal, withDuck } from '../src/data/duckdb.ts';
import { packageFile } from '../src/package-root.ts';
import { getChampion } from '../src/registry/champion.ts';
import { quickRollout, RunningPawl } from './running-pawl.ts';
import { exampleRows } from './traffic.ts';

const features = ['period', 'nswprice', 'nswdemand', 'vicprice', 'vicdemand', 'transfer'];
const missing = features.map((name) => `CAST(NULL AS DOUBLE) AS ${name}`).join(', ');

/** Rows that a source might hold one day, from those of the example, and how a release ends with them. */
const cases: readonly { name: string; query: string; set?: readonly string[]; told: readonly string[] }[] = [
  {
    name: 'one class',
    query: 'SELECT * REPLACE (0 AS class) FROM good',
    told: ['PAWL_CONTRACT_VIOLATED', 'a binary classifier needs exactly two classes'],
  },
  {
    name: 'one class but for the newest rows, which are held out',
    query: `SELECT * REPLACE (CASE WHEN timestamp < TIMESTAMP '1998-12-01' THEN 0 ELSE class END AS class) FROM good`,
    told: ['PAWL_TRAINING_IMPOSSIBLE', 'have the label 0; there is nothing to tell apart'],
  },
  {
    name: 'one row',
    query: 'SELECT * FROM good LIMIT 1',
    told: ['PAWL_CONTRACT_VIOLATED', 'There is 1 row; at least 3,000 are needed'],
  },
  {
    name: 'columns that all stand still',
    query: `SELECT * REPLACE (${features.map((name) => `0.5 AS ${name}`).join(', ')}) FROM good`,
    told: ['PAWL_TRAINING_IMPOSSIBLE', 'No column tells'],
  },
  {
    name: 'nothing in any column',
    query: `SELECT * REPLACE (${missing}) FROM good`,
    told: ['PAWL_CONTRACT_VIOLATED', 'period is missing in'],
  },
  {
    name: 'nothing in any column, where the contract allows it',
    query: `SELECT * REPLACE (${missing}) FROM good`,
    set: features.map((name) => `contract.features.${name}.nullable=100%`),
    told: ['PAWL_TRAINING_IMPOSSIBLE', 'No column tells', 'period is missing in every row'],
  },
  {
    name: 'labels that the loss cannot take',
    query: 'SELECT * REPLACE (class - 0.5 AS class) FROM good',
    set: [
      'task=regression',
      'training.params.loss=poisson',
      'evaluation.gates=[{ mae: { at_most: 9 } }]',
      'release.rollback_when=[]',
    ],
    told: ['PAWL_TRAINING_IMPOSSIBLE', 'labels are negative, and the loss poisson is of counts'],
  },
];

let pawl: RunningPawl;
beforeAll(async () => {
  pawl = await RunningPawl.start({ example: 'electricity' });
  await pawl.apply(...quickRollout);
  await pawl.done('release', pawl.model, '--reason', 'first version', '--wait');
}, 240_000);
afterAll(() => pawl?.stop());

it.each(cases)(
  'a source of $name ends its release with a code and a sentence, and the champion stays',
  async ({ query, set = [], told }) => {
    const file = join(pawl.folder, 'example', 'bad.parquet');
    const good = `SELECT * FROM read_parquet(${literal(packageFile('examples/electricity/data/1998.parquet'))})`;
    await withDuck(undefined, (duck) => duck.run(`COPY (WITH good AS (${good}) ${query}) TO ${literal(file)} (FORMAT parquet)`));
    await pawl.apply(...quickRollout, 'source.files=bad.parquet', ...set);
    const { code, value } = await pawl.run('release', pawl.model, '--reason', 'a bad day', '--wait');
    expect(code).not.toBe(0);
    // The contract refuses rows before anything is made of them.
    const outcome = told[0] === 'PAWL_CONTRACT_VIOLATED' ? 'rejected' : 'failed';
    expect(value).toMatchObject({ outcome, version: null });
    for (const part of told) expect((value as { because: string }).because).toContain(part);
    expect((await getChampion(pawl.registry, pawl.model))?.version).toBe(1);
    expect(await pawl.predict((await exampleRows('electricity', 1))[0]?.row ?? {}, 'somebody')).toMatchObject({ version: 1 });
  },
  120_000,
);
