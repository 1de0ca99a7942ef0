import { setTimeout as wait } from 'node:timers/promises';
import type { Say } from '../../../infra/programs/program.ts';
import type { Bar } from '../../bars.ts';
import type { Lengths } from '../lengths.ts';
import { usageOf } from '../process-usage.ts';
import { type Measurement, runLoad } from '../run-load.ts';
import { theilSenSlope } from '../../statistics.ts';
import type { Target } from '../targets/target.ts';

export interface MemoryTrend {
  /** Resident memory of the gateway after the warm-up. */
  readonly samples: readonly { readonly seconds: number; readonly mebibytes: number }[];
  /** Mebibytes a minute. */
  readonly slope: number;
  readonly load: Measurement;
}

/** Of the load, requests a second. */
const rate = 5000;
const connections = 64;
const samples = 200;

/** Mebibytes a minute: seven bytes a request. */
const bound = 2;

export async function watchMemory(target: Target, lengths: Lengths, say: Say): Promise<MemoryTrend> {
  say(`Memory under ${rate} req/s for ${lengths.memory} s, after ${lengths.memoryWarmUp} s of warm-up.`);
  const found: { seconds: number; mebibytes: number }[] = [];
  const load = await runLoad(target, { connections, rate, warmUp: lengths.memoryWarmUp, duration: lengths.memory }, async () => {
    for (let sample = 0; sample < samples; sample++) {
      const { memory } = await usageOf(target.process.pid);
      found.push({ seconds: (sample * lengths.memory) / samples, mebibytes: memory / 2 ** 20 });
      await wait((lengths.memory * 1000) / samples);
    }
  });
  const slope = theilSenSlope(found.map(({ seconds, mebibytes }) => ({ x: seconds / 60, y: mebibytes })));
  say(`  ${found.at(-1)?.mebibytes.toFixed(0)} MiB at the end, ${slope.toFixed(2)} MiB a minute`);
  return { samples: found, slope, load };
}

export function memoryBars(found: MemoryTrend | null): Bar[] {
  return [
    {
      name: 'growth of memory over ten minutes of load',
      unit: 'MiB/min',
      wanted: 'at most',
      bar: bound,
      value: found?.slope ?? null,
    },
  ];
}
