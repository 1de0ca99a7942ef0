import type { ModelSpec } from '../spec/schema.ts';
import type { CheckedColumn, CheckedRows } from './checked-rows.ts';
import { literal } from './duckdb.ts';
import type { Violation } from './dataset.ts';
import { counted, percent } from './violations.ts';

/** A rule that each row meets by itself, over the view `checked`. */
export interface RowRule {
  readonly rule: Violation['rule'];
  readonly column: CheckedColumn;
  /** True for a row that breaks it. */
  readonly broken: string;
  /** So large a share of the rows may break it. */
  readonly allowed: number;
  /** What is wrong with `count` rows, `share` of all. */
  readonly because: (count: number, share: number) => string;
}

const kinds = { number: 'finite number', boolean: 'true or false', category: 'text', time: 'time', class: 'class' } as const;

/** Every rule on single rows that the contract states or implies. */
export function rowRules(rows: CheckedRows, spec: ModelSpec): RowRule[] {
  const rules: RowRule[] = [];
  if (rows.timestamp !== null) rules.push(typeRule(rows.timestamp, 'time'), nullRule(rows.timestamp, 0));
  if (rows.label !== null)
    rules.push(typeRule(rows.label, spec.task === 'regression' ? 'number' : 'class'), nullRule(rows.label, 0));
  if (rows.weight !== null) rules.push(typeRule(rows.weight, 'number'), nullRule(rows.weight, 0), positiveRule(rows.weight));
  for (const column of rows.features) {
    rules.push(typeRule(column, column.spec.type), nullRule(column, column.spec.nullable));
    if (column.spec.type === 'number') {
      const { min, max } = column.spec;
      if (min !== undefined) rules.push(rangeRule(column, 'min', min));
      if (max !== undefined) rules.push(rangeRule(column, 'max', max));
    }
    if (column.spec.type === 'category' && column.spec.unseen === 'reject' && column.spec.values !== undefined) {
      rules.push(valuesRule(column, column.spec.values));
    }
  }
  return rules;
}

function typeRule(column: CheckedColumn, kind: keyof typeof kinds): RowRule {
  const what = kind === 'boolean' ? kinds[kind] : `a ${kinds[kind]}`;
  return {
    rule: 'type',
    column,
    broken: `(${column.typed} IS NULL AND NOT ${column.missing})`,
    allowed: 0,
    because: (count, share) => `${column.name} is not ${what} in ${counted(count, 'row')} (${percent(share)}).`,
  };
}

function nullRule(column: CheckedColumn, allowed: number): RowRule {
  return {
    rule: 'null',
    column,
    broken: column.missing,
    allowed,
    because: (count, share) =>
      `${column.name} is missing in ${counted(count, 'row')} (${percent(share)}); ${allowed === 0 ? 'none' : percent(allowed)} may be.`,
  };
}

function rangeRule(column: CheckedColumn, rule: 'min' | 'max', bound: number): RowRule {
  return {
    rule,
    column,
    broken: `coalesce(${column.typed} ${rule === 'min' ? '<' : '>'} ${sqlNumber(bound)}, false)`,
    allowed: 0,
    because: (count, share) =>
      `${column.name} is ${rule === 'min' ? 'below' : 'above'} ${bound} in ${counted(count, 'row')} (${percent(share)}).`,
  };
}

function positiveRule(column: CheckedColumn): RowRule {
  return {
    rule: 'min',
    column,
    broken: `coalesce(${column.typed} <= 0, false)`,
    allowed: 0,
    because: (count, share) =>
      `${column.name}, the weight of a row, is not above 0 in ${counted(count, 'row')} (${percent(share)}).`,
  };
}

function valuesRule(column: CheckedColumn, values: readonly string[]): RowRule {
  return {
    rule: 'values',
    column,
    broken: `coalesce(${column.typed} NOT IN (${values.map(literal).join(', ')}), false)`,
    allowed: 0,
    because: (count, share) =>
      `${column.name} holds a value that the contract does not list in ${counted(count, 'row')} (${percent(share)}).`,
  };
}

function sqlNumber(value: number): string {
  return Number.isFinite(value)
    ? `CAST(${literal(String(value))} AS DOUBLE)`
    : `CAST(${literal(value > 0 ? 'inf' : '-inf')} AS DOUBLE)`;
}
