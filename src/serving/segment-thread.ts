import { readFileSync, readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { SegmentReply } from './segment-encoder.ts';
import { encodeSegment } from './segment-encoding.ts';

/** Turns spool files into segments, one at a time, away from the event loop that serves. */
const port = parentPort;
if (port === null) throw new Error('segment-thread.ts runs in a worker thread.');
const taken = workerData as Int32Array;
stepBack();

port.on('message', ({ path }: { path: string }) => {
  Atomics.store(taken, 0, 1);
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch (error) {
    // The disk may answer again.
    port.postMessage({ failed: messageOf(error), final: false } satisfies SegmentReply, []);
    return;
  }
  try {
    const segment = encodeSegment(file);
    const transfer = 'bytes' in segment ? [segment.bytes.buffer] : [];
    port.postMessage({ segment } satisfies SegmentReply, transfer);
  } catch (error) {
    const final = !(error instanceof RangeError && error.message.includes('allocation'));
    port.postMessage({ failed: messageOf(error), final } satisfies SegmentReply, []);
  }
});

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Serving goes first where there are fewer cores than work. On Linux a thread can be given a lower priority by its own number. */
function stepBack(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), 10);
  } catch {
    // Where that is not allowed, it runs as everything else does.
  }
}
