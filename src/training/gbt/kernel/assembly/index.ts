// The hot loops of gbt as WebAssembly, compiled by AssemblyScript (`npm run build`). ../plain-kernel.ts says the same in
// JavaScript, to the bit. Every thread has an instance of this on one memory.
import { count, gather, interleave, subtract, total } from './histogram';
import { answerOf, features, integer, integerAt, share, used } from './layout';
import * as place from './places';
import { fill, greatest, logistic, pack, partition, squared } from './rows';
import { prepare } from './node';
import { best } from './split';
import { announce, meet, present, waitWhile } from './threads';

export { layOut } from './layout';
export { fetched } from './histogram';
export { addToScore, sumRows } from './rows';

/** Called once by every thread but the first, on which it works from then on until it is terminated. */
export function serve(): void {
  const address = integerAt(place.jobNumber);
  // Read before joining: a job of which this thread is a part comes later.
  let seen = atomic.load<i32>(address);
  const thread = atomic.add<i32>(integerAt(place.joined), 1) + 1;
  while (true) {
    seen = waitWhile(address, seen);
    const threads = seen & 0xff;
    if (thread < threads) work(thread, threads);
  }
}

/** Called by the first thread: does the job with up to so many threads, as many as have joined; says how many they were. */
export function run(most: i32): i32 {
  const threads = min(most, present());
  if (threads > 1) announce(threads);
  work(0, threads);
  return threads;
}

function work(thread: i32, threads: i32): void {
  switch (integer(place.job)) {
    case place.fillJob:
      fill(thread, threads);
      break;
    case place.interleaveJob:
      interleave(thread, threads);
      break;
    case place.greatestJob:
      greatest(thread, threads);
      break;
    case place.packJob:
      pack(thread, threads);
      break;
    case place.rootJob:
      root(thread, threads);
      break;
    case place.bestJob:
      prepare();
      best(integer(place.slot), place.left, integer(place.leftRows), answerOf(thread), thread, threads);
      break;
    case place.divideJob:
      divide(thread, threads);
      break;
    case place.logisticJob:
      logistic(thread, threads);
      break;
    case place.squaredJob:
      squared(thread, threads);
      break;
  }
  meet(threads);
}

/** Counts the histogram of order[begin … end), and writes its sums to the first answer. */
function root(thread: i32, threads: i32): void {
  const slot = integer(place.slot);
  countShare(slot, integer(place.begin), integer(place.end), thread, threads);
  meet(threads);
  const spare = integer(place.spareSlot);
  const end = share(features, thread + 1, threads);
  for (let feature = share(features, thread, threads); feature < end; feature++) gather(slot, spare, threads - 1, feature);
  if (thread === 0) total(slot, answerOf(0));
}

/** Parts a node's rows; where a side is open, makes histograms of both, and finds the best split of each side that is. */
function divide(thread: i32, threads: i32): void {
  partition(thread, threads);
  const leftIsOpen = integer(place.leftIsOpen) !== 0;
  const rightIsOpen = integer(place.rightIsOpen) !== 0;
  if (!leftIsOpen && !rightIsOpen) return;
  meet(threads);
  const begin = integer(place.begin);
  const middle = integer(place.middle);
  const end = integer(place.end);
  const slot = integer(place.slot);
  const smaller = integer(place.smallerSlot);
  const isLeftSmaller = middle - begin <= end - middle;
  countShare(smaller, isLeftSmaller ? begin : middle, isLeftSmaller ? middle : end, thread, threads);
  meet(threads);
  const spare = integer(place.spareSlot);
  const last = share(features, thread + 1, threads);
  for (let feature = share(features, thread, threads); feature < last; feature++) {
    if (load<u8>(used + <usize>feature) === 0) continue;
    gather(smaller, spare, threads - 1, feature);
    subtract(slot, smaller, feature);
  }
  prepare();
  const answer = answerOf(thread);
  const leftSlot = isLeftSmaller ? smaller : slot;
  const rightSlot = isLeftSmaller ? slot : smaller;
  if (leftIsOpen) best(leftSlot, place.left, integer(place.leftRows), answer, thread, threads);
  if (rightIsOpen) best(rightSlot, place.right, integer(place.rightRows), answer + place.secondAnswer, thread, threads);
}

/** The first thread counts into the histogram itself, the others into spare ones. */
function countShare(slot: i32, begin: i32, end: i32, thread: i32, threads: i32): void {
  const into = thread === 0 ? slot : integer(place.spareSlot) + thread - 1;
  count(into, begin + share(end - begin, thread, threads), begin + share(end - begin, thread + 1, threads));
}
