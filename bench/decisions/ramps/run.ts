import { setImmediate as turn } from 'node:timers/promises';
import { counted, inWords } from '../../../src/stats/wording.ts';
import type { Bar } from '../../bars.ts';
import type { Part, PartTable } from '../part.ts';
import {
  pairsToFindLoss,
  pairsToFindLossByBernstein,
  requestsToFindDoubled,
  requestsToFindLoss,
  requestsToFindSlower,
} from './detection.ts';
import { type FalseRollbacks, nullRamps } from './null-ramps.ts';
import { comparisons, type FalseInTime, inTimeTable, nullRampsInTime } from './pairs-in-time.ts';
import { rivals, rivalTable } from './rivals.ts';
import { looks, worlds } from './worlds.ts';

const alpha = 0.05;
/** Of 2,000 ramps at 5 %: more happens by chance in one of a hundred such runs. */
const [ramps, most] = [2000, 123];
/** Worlds that no rule may fail in. In the last one large callers are broken and slow: latency, which no one counts by caller, does. */
const judged = 3;
/** How much pairs that follow each other have in common. */
const phis = [0, 0.5, 0.9];

/** Ramps of equal versions and of worse ones, decided by pawl's rules and by others. */
export const runRamps: Part = async (options) => {
  const { seed, quick } = options;
  const say = (line: string) => options.say(line);
  const found: FalseRollbacks[] = [];
  for (const [i, world] of worlds.entries()) {
    const one = nullRamps(world, quick ? 100 : i < judged ? ramps : ramps / 4, alpha, seed);
    say(`${world.name}: all rules together rolled back ${one.together} of ${counted(one.ramps, 'ramp')} of equal versions`);
    found.push(one);
    // Lets signals in.
    await turn();
  }
  const inTime: FalseInTime[] = [];
  for (const comparison of comparisons)
    for (const phi of phis) {
      const one = nullRampsInTime(comparison, phi, quick ? 50 : ramps, alpha, seed);
      const { each, asWorth } = one;
      say(`pairs in time, ${comparison}, phi ${phi}: ${asWorth} of ${counted(one.ramps, 'ramp')}; ${each} without allowance`);
      inTime.push(one);
      await turn();
    }
  const tries = quick ? 100 : 1000;
  const detection = {
    doubledErrors: requestsToFindDoubled(tries, seed, alpha),
    doubledErrorsAtQuarter: requestsToFindDoubled(tries, seed, alpha / 4),
    lossInPairs: pairsToFindLoss(tries, seed, alpha),
    lossInPairsByBernstein: pairsToFindLossByBernstein(tries / 10, seed, alpha),
    lossUnpaired: requestsToFindLoss(tries, seed, alpha),
    slower: requestsToFindSlower(tries / 10, seed, alpha),
  };
  say(`a doubled error rate is found after a median of ${inWords(detection.doubledErrors)} canary requests`);
  await turn();
  const others = rivals(quick ? 50 : 400, seed, alpha);
  return {
    name: 'ramps',
    bars: [
      ...found.slice(0, judged).flatMap((one) => falseRollbackBars(one, quick)),
      ...inTime.map((one) => falseInTimeBar(one, quick)),
      ...detectionBars(detection),
    ],
    tables: [nullTable(found), inTimeTable(inTime), detectionTable(detection), rivalTable(others, 1), rivalTable(others, 2)],
    raw: { alpha, looks, falseRollbacks: found, inTime, detection, rivals: others },
  };
};

function falseRollbackBars({ world, alone, together }: FalseRollbacks, quick: boolean): Bar[] {
  const bar = (rules: string, value: number): Bar => ({
    name: `false rollbacks, ${world}, ${rules}`,
    unit: `of ${inWords(ramps)}`,
    wanted: 'at most',
    bar: most,
    value: quick ? null : value,
  });
  return [...Object.entries(alone).map(([name, count]) => bar(name, count)), bar('all together', together)];
}

function falseInTimeBar({ comparison, phi, asWorth }: FalseInTime, quick: boolean): Bar {
  return {
    name: `false rollbacks, pairs in time with phi ${phi}, paired ${comparison}`,
    unit: `of ${inWords(ramps)}`,
    wanted: 'at most',
    bar: most,
    value: quick ? null : asWorth,
  };
}

interface Detection {
  readonly doubledErrors: number;
  readonly doubledErrorsAtQuarter: number;
  readonly lossInPairs: number;
  readonly lossInPairsByBernstein: number;
  readonly lossUnpaired: number;
  readonly slower: number;
}

function detectionBars({ doubledErrors, doubledErrorsAtQuarter, lossInPairs }: Detection): Bar[] {
  const bar = (name: string, unit: string, most: number, value: number): Bar => ({
    name,
    unit,
    wanted: 'at most',
    bar: most,
    value,
  });
  return [
    bar('a doubled error rate found', 'canary requests', 1200, doubledErrors),
    bar('a doubled error rate found at alpha / 4', 'canary requests', 1600, doubledErrorsAtQuarter),
    bar('2 points of accuracy found in pairs', 'pairs', 2250, lossInPairs),
  ];
}

function nullTable(found: readonly FalseRollbacks[]): PartTable {
  const names = Object.keys(found[0]?.alone ?? {});
  return {
    title: `Growing ramps of equal versions rolled back, ${looks} looks, at alpha 5 %`,
    head: ['Callers', 'ramps', ...names, 'all together, alpha split'],
    rows: found.map(({ world, ramps: of, alone, together }) => [
      world,
      of,
      ...names.map((name) => alone[name] ?? null),
      together,
    ]),
  };
}

function detectionTable(found: Detection): PartTable {
  const { doubledErrors, doubledErrorsAtQuarter, lossInPairs, lossInPairsByBernstein, lossUnpaired, slower } = found;
  return {
    title: 'What it takes to see harm, medians',
    head: ['Harm', 'Evidence', 'Seen after'],
    rows: [
      ['errors doubled from 1 %', 'errors, 10 % of callers', `${inWords(doubledErrors)} canary requests`],
      ['errors doubled from 1 %', 'the same at alpha / 4', `${inWords(doubledErrorsAtQuarter)} canary requests`],
      ['2 points of accuracy 78 %', 'pairs, one in ten disagrees', `${inWords(lossInPairs)} labelled pairs`],
      ['2 points of accuracy 78 %', 'the same, empirical Bernstein', `${inWords(lossInPairsByBernstein)} labelled pairs`],
      ['2 points of accuracy 78 %', 'unpaired, 5 % canary', `${inWords(lossUnpaired)} labelled requests`],
      ['p99 half as long again', 'bounds of both, 10 % of callers', `${inWords(slower)} canary requests`],
    ],
  };
}
