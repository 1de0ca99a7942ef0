import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monitor } from '../spec/monitor-schema.ts';
import { acceptTrigger, decideMonitor, initialMonitorState } from './decide-monitor.ts';
import type { Finding, MonitorDecision, MonitorPolicy, MonitorState, Observation } from './state.ts';

const hour = 3_600_000;
const defaults: MonitorPolicy = monitor.parse({ drift: { by: 'detector' }, retrain_after: 100 });
const base: Observation = {
  at: 0,
  champion: 2,
  sampled: 1000,
  newest: null,
  shifts: [],
  labels: 0,
  live: {},
  baseline: {},
  budgets: [],
  running: null,
  lastRelease: null,
  onTrial: false,
  drift: null,
  quality: null,
  performance: null,
  estimate: null,
  truth: null,
};
const finding = (because: string, ...features: string[]): Finding => ({ because, features });

/** A monitor that is shown one observation after another, an hour and 50 labels apart. */
class Watched {
  state: MonitorState = { ...initialMonitorState(), champion: 2 };
  readonly policy: MonitorPolicy;
  ticks = 0;

  constructor(change: Partial<MonitorPolicy> = {}) {
    this.policy = { ...defaults, ...change };
  }

  see(change: Partial<Observation> = {}): MonitorDecision {
    this.ticks++;
    const observation = { ...base, at: this.ticks * hour, newest: `${this.ticks}`, labels: this.ticks * 50, ...change };
    const decision = decideMonitor(this.state, observation, this.policy);
    this.state = decision.state;
    if (decision.action.kind === 'retrain') this.state = acceptTrigger(this.state, observation);
    return decision;
  }

  seeOften(times: number, change: Partial<Observation> = {}): string[] {
    return Array.from({ length: times }, () => this.see(change).action.kind);
  }
}

const fast = {
  spent: 0.1,
  because: '2 % of 1,000 requests failed',
  burning: { rate: 14.4, urgent: true },
  of: 'service',
} as const;
const slow = {
  spent: 0.2,
  because: '0.2 % of 90,000 requests failed',
  burning: { rate: 1, urgent: false },
  of: 'service',
} as const;
const wrong = {
  spent: 0.2,
  because: '30 % of 900 answers were wrong',
  burning: { rate: 1, urgent: false },
  of: 'labels',
} as const;

describe('a fault of the data', () => {
  it('is told to whoever owns the source, once, and retrains nothing', () => {
    const watched = new Watched();
    expect(watched.see({ quality: finding('the data is faulty, for ada to see to: a is missing', 'a') })).toMatchObject({
      action: { kind: 'tell', trigger: 'drift' },
      because:
        'the data is faulty, for ada to see to: a is missing; nothing is retrained while it lasts: a version that learned from such data would learn the fault',
    });
    expect(watched.seeOften(20, { quality: finding('the same', 'a') })).toEqual(new Array(20).fill('none'));
  });

  it('holds back what would learn from it, until it is mended', () => {
    const watched = new Watched();
    const faulty = { quality: finding('a is missing', 'a'), drift: finding('a moved', 'a') };
    expect(watched.seeOften(10, faulty)).not.toContain('retrain');
    // Mended for as many samples as the alarm takes to be over.
    expect(watched.seeOften(3, { drift: finding('a moved', 'a') })).toContain('retrain');
  });
});

describe('several alarms', () => {
  it('stand beside each other and are each told once', () => {
    const watched = new Watched({ on_breach: 'tell' });
    const both = { drift: finding('a moved', 'a'), performance: finding('accuracy fell') };
    const first = watched.see(both);
    expect([first.because, ...first.told.map(({ because }) => because)]).toEqual([
      'a moved; the policy is to tell, and to do nothing',
      'accuracy fell; the policy is to tell, and to do nothing',
    ]);
    expect(watched.see({ ...both, estimate: finding('accuracy is estimated lower') })).toMatchObject({
      action: { kind: 'tell', trigger: 'performance' },
      told: [],
    });
    expect(watched.state.alarms.map(({ kind }) => kind)).toEqual(['drift', 'performance', 'estimate']);
  });

  it('are answered together by one retrain', () => {
    const watched = new Watched({ cooldown: 0 });
    const both = { drift: finding('a moved', 'a'), performance: finding('accuracy fell') };
    expect(watched.seeOften(3, both)).toEqual(['tell', 'none', 'retrain']);
    expect(watched.seeOften(3, both)).toEqual(['none', 'retrain', 'none']);
  });
});

describe('a retrain', () => {
  const drift = { drift: finding('a moved', 'a') };

  it('is held back by the number of releases this week', () => {
    const watched = new Watched({ retrains_a_week: 3 });
    expect(watched.seeOften(6, { ...drift, releasesThisWeek: 3 })).not.toContain('retrain');
    expect(watched.see({ ...drift, releasesThisWeek: 3 }).because).toMatch(/; 3 releases began within seven days, where 3 may$/);
    expect(watched.see({ ...drift, releasesThisWeek: 2 }).action.kind).toBe('retrain');
  });

  it('is held back by the cost budget, in its currency', () => {
    const watched = new Watched();
    const cost = { spent: 49.2, next: 1.5, monthly: 50, currency: 'EUR' };
    watched.seeOften(3, { ...drift, cost });
    expect(watched.see({ ...drift, cost }).because).toBe(
      'a moved; 49.2 EUR of 50 EUR for the month are spent, and a retrain costs 1.5 EUR',
    );
    expect(watched.see({ ...drift, cost: { ...cost, spent: 40 } }).action.kind).toBe('retrain');
  });

  it('does not follow from an estimate that labels do not bear out', () => {
    const estimate = { estimate: finding('accuracy is estimated at 70 %') };
    const watched = new Watched();
    expect(watched.seeOften(9, { ...estimate, live: { accuracy: 0.8 } })).not.toContain('retrain');
    expect(watched.seeOften(1, estimate)).toEqual(['retrain']);
  });

  it('follows from wrong answers that use up their budget, and not from failing requests', () => {
    expect(new Watched().seeOften(5, { budgets: [wrong] })).toContain('retrain');
    const failing = new Watched();
    expect(failing.see({ budgets: [slow] }).because).toBe('0.2 % of 90,000 requests failed; a retrain does not mend that');
    expect(failing.seeOften(9, { budgets: [slow] })).toEqual(new Array(9).fill('none'));
  });
});

describe('a service that burns its budget fast', () => {
  it('stops the version on trial, once for each release', () => {
    const watched = new Watched();
    const trial = { budgets: [fast], running: 'm/3', onTrial: true };
    expect(watched.see(trial)).toMatchObject({ action: { kind: 'stop', trigger: 'budget' }, because: fast.because });
    expect(watched.seeOften(5, trial)).toEqual(new Array(5).fill('none'));
    // What burnt before m/4 came is not of m/4.
    expect(watched.see({ ...trial, running: 'm/4' }).action.kind).toBe('none');
    // It slows down, and burns fast again while m/4 is on trial.
    expect(watched.see({ ...trial, running: 'm/4', budgets: [slow] }).action.kind).toBe('none');
    expect(watched.see({ ...trial, running: 'm/4' }).action.kind).toBe('stop');
  });

  it('stops nothing that is not on trial yet, while it burns slowly, or while paused', () => {
    const kinds = (change: Partial<Observation>, paused = false) => {
      const watched = new Watched();
      watched.state = { ...watched.state, paused };
      return watched.seeOften(3, { budgets: [fast], running: 'm/3', onTrial: true, ...change });
    };
    expect(kinds({ onTrial: false })).not.toContain('stop');
    expect(kinds({ budgets: [slow] })).not.toContain('stop');
    expect(kinds({}, true)).not.toContain('stop');
  });

  it('rolls the champion back where the policy says so, and drift never does', () => {
    const watched = new Watched({ on_breach: 'rollback' });
    expect(watched.seeOften(5, { drift: finding('a moved', 'a') })).toEqual(['tell', 'none', 'none', 'none', 'none']);
    expect(watched.see({ budgets: [fast], drift: finding('a moved', 'a') }).action).toEqual({
      kind: 'rollback',
      trigger: 'budget',
    });
    expect(watched.seeOften(5, { budgets: [fast] })).toEqual(new Array(5).fill('none'));
  });
});

describe('a promotion that late labels prove wrong', () => {
  const truth = { truth: finding('v2 had 74 % right and v1 79 %') };

  it('is reverted whatever on_breach says, once nothing runs', () => {
    for (const on_breach of ['retrain', 'tell', 'rollback'] as const) {
      const watched = new Watched({ on_breach });
      expect(watched.see({ ...truth, running: 'm/3' }).action.kind).toBe('tell');
      expect(watched.see(truth)).toMatchObject({
        action: { kind: 'rollback', trigger: 'performance' },
        because: 'v2 had 74 % right and v1 79 %',
      });
      expect(watched.seeOften(5, truth)).toEqual(new Array(5).fill('none'));
    }
  });

  it('is only told where the policy says so', () => {
    const watched = new Watched({ late_labels: { for: 90 * 24 * hour, worse_by: 0, answer: 'tell' } });
    expect(watched.seeOften(5, truth)).toEqual(['tell', 'none', 'none', 'none', 'none']);
  });
});

describe('whatever is observed', () => {
  const some = (because: string) => fc.constantFrom(null, finding(because, 'a'));
  const observations = fc.array(
    fc.record({
      drift: some('drift'),
      quality: some('quality'),
      performance: some('performance'),
      estimate: some('estimate'),
      truth: some('truth'),
      budgets: fc.constantFrom([], [fast], [slow], [wrong], [fast, wrong]),
      running: fc.constantFrom(null, null, 'm/3', 'm/4'),
      onTrial: fc.boolean(),
      releasesThisWeek: fc.nat(4),
      labels: fc.nat(80),
    }),
    { maxLength: 50 },
  );
  const policies = fc.record({
    on_breach: fc.constantFrom<MonitorPolicy['on_breach'][]>('retrain', 'tell', 'rollback'),
    retrains_a_week: fc.nat(4),
    cooldown: fc.constantFrom(0, 3 * hour),
  });

  it('no retrain starts beside a release, on faulty data, beyond the week, or without labels; nothing at all while paused', () => {
    fc.assert(
      fc.property(observations, policies, fc.boolean(), (seen, policy, paused) => {
        const watched = new Watched(policy);
        watched.state = { ...watched.state, paused };
        let labels = 0;
        let atLast = Number.NEGATIVE_INFINITY;
        for (const observation of seen) {
          labels += observation.labels;
          const { action } = watched.see({ ...observation, labels });
          if (paused) expect(['none', 'tell']).toContain(action.kind);
          if (action.kind === 'rollback') expect(observation.running).toBeNull();
          if (action.kind === 'stop')
            expect(observation).toMatchObject({ onTrial: true, budgets: [fast, ...observation.budgets.slice(1)] });
          if (action.kind !== 'retrain') continue;
          expect(policy.on_breach).toBe('retrain');
          expect(observation).toMatchObject({ running: null, quality: null });
          expect(observation.releasesThisWeek).toBeLessThan(policy.retrains_a_week);
          expect(labels - atLast).toBeGreaterThanOrEqual(watched.policy.retrain_after);
          atLast = labels;
        }
      }),
    );
  });

  it('at most one alarm of a kind stands, and each is told when it is raised', () => {
    fc.assert(
      fc.property(observations, policies, (seen, policy) => {
        const watched = new Watched(policy);
        for (const observation of seen) {
          const stood = watched.state.alarms;
          const { told, action, because } = watched.see(observation);
          const kinds = watched.state.alarms.map(({ kind }) => kind);
          expect(new Set(kinds).size).toBe(kinds.length);
          const said = [because, ...told.map((one) => one.because)];
          for (const alarm of watched.state.alarms) {
            if (stood.some(({ kind }) => kind === alarm.kind)) continue;
            expect(action.kind).not.toBe('none');
            expect(said.some((sentence) => sentence.startsWith(alarm.because))).toBe(true);
          }
        }
      }),
    );
  });
});
