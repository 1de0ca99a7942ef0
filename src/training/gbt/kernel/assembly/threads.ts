import { integerAt } from './layout';
import * as place from './places';

/** Puts the thread to sleep while the integer at an address is `value`. */
declare function sleep(address: usize, value: i32): void;

/** Wakes all threads that sleep at an address. */
declare function wake(address: usize): void;

/**
 * Looks at what is waited for before a thread goes to sleep, some 20 µs: waking it takes longer than most of the waits. A thread
 * that waits for one that has lost its core does sleep.
 */
const looks = 10_000;

/** Waits until an integer is no longer `value`; returns what it is then. */
export function waitWhile(address: usize, value: i32): i32 {
  let now = value;
  for (let i = 0; i < looks; i++) {
    now = atomic.load<i32>(address);
    if (now !== value) return now;
  }
  atomic.add<i32>(integerAt(place.sleepers), 1);
  while (now === value) {
    sleep(address, value);
    now = atomic.load<i32>(address);
  }
  atomic.sub<i32>(integerAt(place.sleepers), 1);
  return now;
}

/** Changes an integer that others may wait for. */
function change(address: usize, value: i32): void {
  atomic.store<i32>(address, value);
  if (atomic.load<i32>(integerAt(place.sleepers)) > 0) wake(address);
}

/** Returns when all threads of the job have come here. */
export function meet(threads: i32): void {
  if (threads === 1) return;
  const turn = atomic.load<i32>(integerAt(place.round));
  if (atomic.add<i32>(integerAt(place.arrived), 1) + 1 === threads) {
    atomic.store<i32>(integerAt(place.arrived), 0);
    change(integerAt(place.round), turn + 1);
  } else waitWhile(integerAt(place.round), turn);
}

/** The number of the job in the high bits, and below how many threads take part in it: read at once, they belong together. */
export function announce(threads: i32): void {
  const next = ((atomic.load<i32>(integerAt(place.jobNumber)) >>> 8) + 1) << 8;
  change(integerAt(place.jobNumber), next | threads);
}

/** Threads that may take part: the first one, and those that have joined it so far. */
export function present(): i32 {
  return 1 + atomic.load<i32>(integerAt(place.joined));
}
