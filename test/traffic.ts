import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { packageFile } from '../src/package-root.ts';
import { parseSpec } from '../src/spec/parse.ts';
import { readFileSync } from 'node:fs';
import type { RunningPawl } from './running-pawl.ts';

export interface LabelledRow {
  readonly row: Readonly<Record<string, string | number | boolean | null>>;
  readonly label: string;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The newest rows of an example, as callers would send them. */
export async function exampleRows(example: string, limit: number): Promise<LabelledRow[]> {
  const spec = parseSpec(readFileSync(packageFile(`examples/${example}/pawl.yaml`), 'utf8'), 'pawl.yaml');
  const columns = Object.entries(spec.contract.features).map(([name, feature]) =>
    feature.type === 'category'
      ? `${quoted(name)}::VARCHAR AS ${quoted(name)}`
      : feature.type === 'boolean'
        ? `${quoted(name)}::BOOLEAN AS ${quoted(name)}`
        : `${quoted(name)}::DOUBLE AS ${quoted(name)}`,
  );
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  try {
    const files = packageFile(`examples/${example}/${spec.source.files}`);
    const { timestamp } = spec.contract;
    const newestFirst = timestamp === undefined ? '' : ` ORDER BY ${quoted(timestamp)} DESC`;
    const reader = await connection.runAndReadAll(
      `SELECT ${columns.join(', ')}, ${quoted(spec.contract.label)}::VARCHAR AS "pawl label" FROM read_parquet('${files}')${newestFirst} LIMIT ${limit}`,
    );
    const missing = new Set(spec.contract.missing);
    return reader.getRowObjectsJS().map(({ 'pawl label': label, ...row }) => ({
      row: Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          typeof value === 'string' && missing.has(value) ? null : (value as string | number | null),
        ]),
      ),
      label: label as string,
    }));
  } finally {
    connection.closeSync();
  }
}

/** Requests at a steady rate, each followed by its label, until stopped. */
export class Traffic {
  readonly byVersion = new Map<number, number>();
  readonly failures: string[] = [];
  sent = 0;
  readonly #pawl: RunningPawl;
  readonly #rows: readonly LabelledRow[];
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(pawl: RunningPawl, rows: readonly LabelledRow[]) {
    this.#pawl = pawl;
    this.#rows = rows;
  }

  /** `rate`: requests a second. */
  start(rate: number): this {
    this.#running = this.#run(rate);
    return this;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(rate: number): Promise<void> {
    const started = performance.now();
    const inFlight = new Set<Promise<void>>();
    while (!this.#stopped) {
      const due = ((performance.now() - started) / 1000) * rate;
      while (this.sent < due && inFlight.size < 32) {
        const request: Promise<void> = this.#ask(this.sent++).finally(() => inFlight.delete(request));
        inFlight.add(request);
      }
      await sleep(5);
    }
    await Promise.all(inFlight);
  }

  async #ask(n: number): Promise<void> {
    const { row, label } = this.#rows[n % this.#rows.length] as LabelledRow;
    try {
      const answer = await this.#pawl.predict(row, `caller-${n % 200}`);
      if (answer.status !== 200 || answer.version === null) throw new Error(`answered ${answer.status}`);
      this.byVersion.set(answer.version, (this.byVersion.get(answer.version) ?? 0) + 1);
      await fetch(`${this.#pawl.gateway}/v1/models/${this.#pawl.model}/feedback`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ id: answer.id, label }),
      });
    } catch (error) {
      this.failures.push(error instanceof Error ? error.message : String(error));
    }
  }
}
