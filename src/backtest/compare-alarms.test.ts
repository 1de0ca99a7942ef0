import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordedAlarm } from '../registry/recorded-releases.ts';
import { alarmsInWords, compareAlarms } from './compare-alarms.ts';
import type { ReplayedAlarm } from './replay-monitor.ts';

const minute = 60_000;
const every = 10 * minute;
const alarm = <A extends string>(kind: RecordedAlarm['kind'], action: A, minutes: number) => ({
  kind,
  action,
  at: minutes * minute,
  because: 'a test',
});
const compare = (recorded: readonly RecordedAlarm[], replayed: readonly ReplayedAlarm[]) =>
  compareAlarms(recorded, replayed, every).map(({ recorded: was, replayed: is, differs }) => [
    was === null ? null : was.at / minute,
    is === null ? null : is.at / minute,
    differs,
  ]);

describe('alarms of two policies', () => {
  it('belong together where they are of one kind and one moment', () => {
    expect(compare([alarm('drift', 'retrain', 100)], [alarm('drift', 'retrain', 115)])).toEqual([[100, 115, null]]);
    expect(compare([alarm('budget', 'rollback', 100)], [alarm('budget', 'stop', 100)])).toEqual([[100, 100, null]]);
    expect(compare([alarm('drift', 'tell', 100)], [alarm('drift', 'retrain', 100)])).toEqual([
      [100, 100, 'retrains, and told on record'],
    ]);
  });

  it('belong together somewhat further apart where they lead to the same', () => {
    expect(compare([alarm('drift', 'retrain', 200)], [alarm('drift', 'retrain', 80)])).toEqual([[200, 80, '2 h sooner']]);
    expect(compare([alarm('drift', 'retrain', 2000)], [alarm('drift', 'retrain', 80)])).toEqual([
      [null, 80, 'not on record'],
      [2000, null, 'not under the policy'],
    ]);
    expect(compare([alarm('drift', 'tell', 100)], [alarm('performance', 'tell', 100)])).toEqual([
      [null, 100, 'not on record'],
      [100, null, 'not under the policy'],
    ]);
  });

  it('are each compared once, and with themselves are all alike', () => {
    const alarms = fc.array(
      fc
        .tuple(fc.constantFrom('drift', 'performance', 'budget'), fc.constantFrom('tell', 'retrain', 'rollback'), fc.nat(5000))
        .map(([kind, action, at]) => alarm(kind, action, at)),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(alarms, alarms, (recorded, replayed) => {
        const both = compareAlarms(recorded, replayed, every);
        expect(both.flatMap(({ recorded: one }) => (one === null ? [] : [one]))).toHaveLength(recorded.length);
        expect(both.flatMap(({ replayed: one }) => (one === null ? [] : [one]))).toHaveLength(replayed.length);
        expect(compareAlarms(recorded, recorded, every).filter(({ differs }) => differs !== null)).toEqual([]);
      }),
    );
  });

  it('come to a line with the retrains of both', () => {
    const all = compareAlarms(
      [alarm('drift', 'retrain', 100), alarm('performance', 'tell', 3000)],
      [alarm('drift', 'retrain', 100), alarm('drift', 'retrain', 900)],
      every,
    );
    expect(alarmsInWords(all)).toBe(
      '1 of 3 alarms is as on record; 1 not on record, 1 not under the policy; retrains: 1 on record, 2 under the policy.',
    );
  });
});
