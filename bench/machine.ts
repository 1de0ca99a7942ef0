import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What results are only to be compared within: the machine, what runs on it, and when. */
export function machineFacts() {
  return {
    at: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: `${availableParallelism()} x ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    loadBefore: loadavg()[0],
  };
}
