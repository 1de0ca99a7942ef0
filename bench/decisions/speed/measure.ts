/** Measures one file against another in a process of its own: `measure.js REFERENCE SAMPLE exact|binned` prints a `Measured`. */
import { measureFiles } from '../../../src/data/measure-files.ts';
import type { MeasuredFeature } from '../../../src/monitoring/measures.ts';
import { features } from './columns.ts';

export interface Measured {
  /** From the files to the measures; loading the program is not in it. */
  readonly seconds: number;
  /** Processor time of all threads meanwhile, s. */
  readonly cpu: number;
  /** The most that was resident, bytes, the program and its libraries included. */
  readonly memory: number;
  readonly features: readonly MeasuredFeature[];
}

const [reference = '', sample = '', how] = process.argv.slice(2);
const [started, used] = [performance.now(), process.cpuUsage()];
const found = await measureFiles({ reference, sample }, features, { exact: how === 'exact' });
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(used);
const measured: Measured = {
  seconds,
  cpu: (user + system) / 1e6,
  memory: process.resourceUsage().maxRSS * 1024,
  features: found,
};
console.log(JSON.stringify(measured));
