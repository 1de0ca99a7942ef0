import type { WindowRow } from '../registry/windows.ts';
import { addErrorsByKey } from './errors-by-key.ts';
import { addLatency } from './latency-sketch.ts';

/** The same counts in fewer rows: those of equal process, model, version, revision and role become one, from the earliest start. */
export function mergeWindows(rows: readonly WindowRow[]): WindowRow[] {
  const merged = new Map<string, WindowRow>();
  for (const row of rows) {
    const key = `${row.process}/${row.model}/${row.version}/${row.revision}/${row.role}`;
    const onto = merged.get(key);
    merged.set(key, onto === undefined ? row : merge(onto, row));
  }
  return [...merged.values()];
}

function merge(a: WindowRow, b: WindowRow): WindowRow {
  const startedAt = new Date(Math.min(a.startedAt.getTime(), b.startedAt.getTime()));
  const endedAt = Math.max(a.startedAt.getTime() + a.lengthMs, b.startedAt.getTime() + b.lengthMs);
  return {
    ...a,
    startedAt,
    lengthMs: endedAt - startedAt.getTime(),
    requests: a.requests + b.requests,
    callerFaults: a.callerFaults + b.callerFaults,
    errors: a.errors + b.errors,
    fallbacks: a.fallbacks + b.fallbacks,
    rows: a.rows + b.rows,
    errorsByKey: addErrorsByKey(a.errorsByKey, b.errorsByKey),
    latency: addLatency(a.latency, b.latency),
    score: addBins(a.score, b.score),
    features: addBins(a.features, b.features),
    cpuMicros: a.cpuMicros + b.cpuMicros,
    scoredRows: a.scoredRows + b.scoredRows,
    memoryBytes: Math.max(a.memoryBytes, b.memoryBytes),
  };
}

/** Bin by bin; a version's reference never changes, so the shorter one was counted without it and is empty. */
function addBins(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, bin) => (a[bin] ?? 0) + (b[bin] ?? 0));
}
