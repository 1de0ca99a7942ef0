import type { Target } from './targets/target.ts';

/** Rows of the prediction log. What was dropped cost nothing, so that a run that dropped rows had not everything on. */
export interface LogCounts {
  readonly accepted: number;
  readonly dropped: number;
}

/** What a gateway says of its log in its metrics. */
export async function readLog({ port }: Target): Promise<LogCounts> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const sum = (name: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
  return { accepted: sum('pawl_prediction_log_rows_total'), dropped: sum('pawl_prediction_log_dropped_total') };
}
