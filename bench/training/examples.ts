import { DuckDBInstance } from '@duckdb/node-api';
import type { Frame, FrameColumn } from '../../src/data/dataset.ts';
import { pickRows } from '../../src/data/pick-rows.ts';
import { packageFile } from '../../src/package-root.ts';
import { Random } from '../../src/training/random.ts';
import type { Problem } from './problem.ts';

/** Share of the rows that is held out, and share of the others that each seed leaves out. */
const [held, leftOut] = [0.2, 0.1];

/** An example of pawl's own, its newest fifth held out. Each seed leaves out another tenth of the rows before. */
function example(
  folder: string,
  task: Problem['task'],
  { numbers, categories = [], label }: { numbers: readonly string[]; categories?: readonly string[]; label: string },
  order = '',
): Problem {
  return {
    name: folder.replace('-', ' '),
    task,
    async rows(seed) {
      const text = categories.map((category) => `nullif("${category}", '?') AS "${category}"`);
      const wanted = [...numbers.map((number) => `"${number}"::DOUBLE AS "${number}"`), ...text, `${label} AS label`];
      const found = await query(
        `SELECT ${wanted.join(', ')} FROM read_parquet('${packageFile(`examples/${folder}/data/*.parquet`)}') ${order}`,
      );
      const rows = found['label']?.length ?? 0;
      const columns: Record<string, FrameColumn> = {};
      for (const number of numbers)
        columns[number] = { type: 'number', values: Float32Array.from((found[number] ?? []) as number[]) };
      for (const category of categories) columns[category] = categoryOf((found[category] ?? []) as (string | null)[]);
      const whole: Frame = {
        rows,
        features: [...numbers, ...categories],
        columns,
        label: Float64Array.from(found['label'] ?? [], Number),
        classes: task === 'regression' ? null : ['0', '1'],
        timestamp: null,
      };
      const boundary = Math.round(rows * (1 - held));
      const random = new Random(seed);
      const all = Array.from({ length: rows }, (_, row) => row);
      return {
        train: pickRows(
          whole,
          all.filter((row) => row < boundary && random.next() >= leftOut),
        ),
        test: pickRows(whole, all.slice(boundary)),
      };
    },
  };
}

async function query(sql: string): Promise<Record<string, unknown[]>> {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  try {
    return (await connection.runAndReadAll(sql)).getColumnsObjectJS();
  } finally {
    connection.closeSync();
  }
}

function categoryOf(values: readonly (string | null)[]): FrameColumn {
  const levels = [...new Set(values.filter((value) => value !== null))].toSorted();
  const codeOf = new Map(levels.map((level, code) => [level, code]));
  return {
    type: 'category',
    levels,
    codes: Int32Array.from(values, (value) => (value === null ? -1 : (codeOf.get(value) ?? -1))),
  };
}

export const electricity = example(
  'electricity',
  'binary-classification',
  { numbers: ['period', 'nswprice', 'nswdemand', 'vicprice', 'vicdemand', 'transfer'], label: 'class::DOUBLE' },
  'ORDER BY "timestamp"',
);

export const bikeDemand = example(
  'bike-demand',
  'regression',
  {
    numbers: ['hour', 'season', 'holiday', 'weekday', 'workingday', 'weathersit', 'temp', 'atemp', 'hum', 'windspeed'],
    label: 'cnt::DOUBLE',
  },
  'ORDER BY "timestamp"',
);

export const income = example('income', 'binary-classification', {
  numbers: ['age', 'education-num', 'capital-gain', 'capital-loss', 'hours-per-week', 'fnlwgt'],
  categories: ['workclass', 'education', 'marital-status', 'occupation', 'relationship', 'race', 'sex', 'native-country'],
  label: "(income = '>50K')::DOUBLE",
});
