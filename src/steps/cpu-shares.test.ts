import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { CpuShares } from './cpu-shares.ts';

describe('processor time', () => {
  it('is one piece of work alone, and shared by those that run at one time', () => {
    let total = 100;
    const shares = new CpuShares(() => total);
    const first = shares.begin();
    total += 10;
    const second = shares.begin();
    total += 6;
    expect([first.used(), second.used()]).toEqual([13, 3]);
    expect(first.end()).toBe(13);
    total += 5;
    expect(second.end()).toBe(8);
    total += 50;
    expect(shares.begin().end()).toBe(0);
  });

  it('never adds up to more than the process used, whoever comes and goes', () => {
    const steps = fc.array(fc.record({ used: fc.nat(1000), begin: fc.boolean(), which: fc.nat(5) }), { maxLength: 40 });
    fc.assert(
      fc.property(steps, (course) => {
        let [total, charged, whileOpen] = [0, 0, 0];
        const shares = new CpuShares(() => total);
        const open: { end(): number }[] = [];
        for (const { used, begin, which } of course) {
          total += used;
          if (open.length > 0) whileOpen += used;
          if (begin) open.push(shares.begin());
          else charged += open.splice(which % Math.max(1, open.length), 1)[0]?.end() ?? 0;
        }
        for (const one of open) charged += one.end();
        expect(charged).toBeCloseTo(whileOpen, 6);
      }),
    );
  });

  it.runIf(process.platform === 'linux')('counts programs that were started, once they have ended', () => {
    const shares = new CpuShares();
    const share = shares.begin();
    const own = process.cpuUsage();
    execFileSync(process.execPath, [
      '-e',
      'const until = process.cpuUsage().user + 1e5; while (process.cpuUsage().user < until);',
    ]);
    const { user, system } = process.cpuUsage(own);
    expect(share.end()).toBeGreaterThan((user + system) / 1000 + 70);
  });
});
