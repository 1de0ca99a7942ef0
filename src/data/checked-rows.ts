import type { FeatureSpec, ModelSpec } from '../spec/schema.ts';
import type { Duck } from './duckdb.ts';
import { identifier, literal, parquet } from './duckdb.ts';
import { eventTime } from './event-time.ts';
import type { Family, SourceColumn } from './source-tables.ts';
import { asText, familyOf } from './source-tables.ts';

/** What the contract reads a column as. */
type Reading = FeatureSpec['type'] | 'time' | 'class';

/** A column of the contract in the view `checked`. */
export interface CheckedColumn {
  readonly name: string;
  /** The source's value as text. */
  readonly raw: string;
  /** The value as the contract reads it: NULL where it is missing or cannot be read. */
  readonly typed: string;
  /** True where there is no value. */
  readonly missing: string;
}

export interface CheckedRows {
  readonly timestamp: CheckedColumn | null;
  readonly label: CheckedColumn | null;
  readonly weight: CheckedColumn | null;
  readonly features: readonly (CheckedColumn & { readonly spec: FeatureSpec })[];
  /** Columns of `unique`. */
  readonly unique: readonly CheckedColumn[];
  /** Columns of the contract that the snapshot does not hold, each with its role. */
  readonly absent: readonly string[];
}

/** Largest finite float32: what the model's graph computes with. */
const float32Max = '3.4028234663852886e38';

/**
 * Makes the temporary view `checked` over a snapshot: a row's number (from 1, `row`), and for each column of the contract its
 * source text, whether it is missing, and its value in the contract's type.
 */
export async function checkRows(duck: Duck, path: string, { contract, task }: ModelSpec): Promise<CheckedRows> {
  const present = (await duck.rows<{ column_name: string; column_type: string }>(`DESCRIBE SELECT * FROM ${parquet(path)}`)).map(
    ({ column_name: name, column_type: type }): SourceColumn => ({ name, family: familyOf(type) }),
  );
  const selected = ['file_row_number + 1 AS "row"'];
  const checked = (name: string, reading: Reading): CheckedColumn | null => {
    const column = present.find((one) => one.name === name);
    if (column === undefined) return null;
    const i = selected.length;
    const value = withoutMissing(column, contract.missing);
    const typed = readAs(reading, value, column.family);
    selected.push(
      `${asText(identifier(name), column.family)} AS r${i}, ${typed} AS t${i}, ${missing(reading, value, column.family)} AS m${i}`,
    );
    return { name, raw: `r${i}`, typed: `t${i}`, missing: `m${i}` };
  };
  const timestamp = contract.timestamp === undefined ? null : checked(contract.timestamp, 'time');
  const label = checked(contract.label, task === 'regression' ? 'number' : 'class');
  const features = Object.entries(contract.features).flatMap(([name, spec]) => {
    const column = checked(name, spec.type);
    return column === null ? [] : [{ ...column, spec }];
  });
  const weight = contract.weight === undefined ? null : checked(contract.weight, 'number');
  const named = [timestamp, label, weight, ...features].filter((column) => column !== null);
  const unique = (contract.unique ?? []).flatMap(
    (name) => named.find((column) => column.name === name) ?? checked(name, 'category') ?? [],
  );
  await duck.run(
    `CREATE OR REPLACE TEMP VIEW checked AS SELECT ${selected.join(', ')} FROM ${parquet(path, { numbered: true })}`,
  );
  const { weight: weightName = [], unique: key = [] } = contract;
  const wanted = [contract.timestamp ?? [], contract.label, weightName, Object.keys(contract.features), key].flat();
  const absent = [...new Set(wanted)].filter((name) => !present.some((column) => column.name === name));
  return { timestamp, label, weight, features, unique, absent };
}

/** The class that a label column names, NULL where it names none. `marks`: what the source writes for a missing value. */
export function readAsClass(column: SourceColumn, marks: readonly string[]): string {
  return readAs('class', withoutMissing(column, marks), column.family);
}

/** A column with NULL for what the source writes when it has no value. */
function withoutMissing({ name, family }: SourceColumn, marks: readonly string[]): string {
  const column = identifier(name);
  if (family === 'text') return `CASE WHEN trim(${column}) NOT IN (${['', ...marks].map(literal).join(', ')}) THEN ${column} END`;
  const numbers = marks.map(Number).filter((mark) => !Number.isNaN(mark));
  if (numbers.length === 0 || (family !== 'integer' && family !== 'double')) return column;
  return `CASE WHEN ${column} NOT IN (${numbers.join(', ')}) THEN ${column} END`;
}

/** NaN is how numeric software writes a missing number; as a category or a class it is a word like others. */
function missing(reading: Reading, value: string, family: Family): string {
  if (family === 'double') return `(${value} IS NULL OR isnan(${value}))`;
  if (family === 'text' && reading !== 'category' && reading !== 'class')
    return `(${value} IS NULL OR lower(trim(${value})) = 'nan')`;
  return `(${value} IS NULL)`;
}

function readAs(reading: Reading, value: string, family: Family): string {
  switch (reading) {
    case 'time':
      return eventTime(value, family);
    case 'number': {
      if (family === 'boolean' || family === 'time') return 'CAST(NULL AS DOUBLE)';
      const number = family === 'text' ? `TRY_CAST(trim(${value}) AS DOUBLE)` : `CAST(${value} AS DOUBLE)`;
      // NaN is greater than every number here, so this leaves it out too.
      return `CASE WHEN abs(${number}) <= ${float32Max} THEN ${number} END`;
    }
    case 'boolean': {
      if (family === 'boolean') return value;
      if (family === 'time') return 'CAST(NULL AS BOOLEAN)';
      const text = asText(value, family);
      return `TRY_CAST(regexp_replace(trim(${text}), '\\.0+$', '') AS BOOLEAN)`;
    }
    case 'category':
      return `CASE WHEN NOT ${missing(reading, value, family)} THEN ${asText(value, family)} END`;
    case 'class':
    default:
      // 1.0 and 1 are one class: software that knows no whole numbers writes the first.
      return `CASE WHEN NOT ${missing(reading, value, family)} THEN regexp_replace(${asText(value, family)}, '^(-?[0-9]+)\\.0+$', '\\1') END`;
  }
}
