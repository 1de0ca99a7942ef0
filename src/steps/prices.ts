import type { CostSpec } from '../spec/cost-schema.ts';
import type { Usage } from './step.ts';

const hour = 3_600_000;
const gigabyte = 1e9;

/** What a usage costs at a model's rates. */
export interface Price {
  readonly amount: number;
  /** Three letters: EUR. */
  readonly currency: string;
}

/** Null where no rate is stated: what it costs is not known, which is not that it is free. */
export function priceOf(usage: Usage, cost: Pick<CostSpec, 'per_hour' | 'rates'> | undefined): Price | null {
  const { per_hour: perHour, rates = {} } = cost ?? {};
  const terms = [
    [perHour, usage.wallMs / hour],
    [rates.cpu_hour, usage.cpuMs / hour],
    [rates.gb_read, usage.bytesRead / gigabyte],
    [rates.gb_stored, usage.bytesWritten / gigabyte],
  ] as const;
  const currency = terms.find(([rate]) => rate !== undefined)?.[0]?.slice(-3);
  if (currency === undefined) return null;
  const amount = terms.reduce((sum, [rate, units]) => sum + (rate === undefined ? 0 : Number.parseFloat(rate) * units), 0);
  return { amount, currency };
}
