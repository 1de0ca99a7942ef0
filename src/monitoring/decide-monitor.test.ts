import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptTrigger, afterRelease, decideMonitor, initialMonitorState } from './decide-monitor.ts';
import type { FeatureShift, MonitorDecision, MonitorPolicy, MonitorState, Observation } from './state.ts';

const hour = 3_600_000;
const policy: MonitorPolicy = {
  every: 600_000,
  sample: 1000,
  drift: { false_alarms: '1 in 90d', psi: 0.2, mean_shift: 0.1, consecutive: 3, features: 0.5 },
  performance: { accuracy_drop: 0.05, mae_rise: 0.1, at_least: 500 },
  budgets: [],
  on_breach: 'retrain',
  retrain_after: 480,
  cooldown: 6 * hour,
};

const shift = (feature: string, psi: number, usualPsi = 0): FeatureShift => ({
  feature,
  psi,
  referenceMean: 0.003467,
  sampleMean: 0.003856,
  meanShift: 0.02,
  usualPsi,
  usualMeanShift: 0.1,
});
const quiet = ['a', 'b', 'c', 'd'].map((feature) => shift(feature, 0.05));
const moved = [shift('a', 3.1), shift('b', 2.4), shift('c', 0.05), shift('d', 0.05)];
const base: Observation = {
  at: 0,
  champion: 1,
  sampled: 1000,
  newest: null,
  shifts: quiet,
  labels: 0,
  live: {},
  baseline: {},
  budgets: [],
  running: null,
  lastRelease: null,
};

/** A monitor that is shown one observation after another; each has new rows, 48 labels and an hour more than the one before. */
class Watched {
  state: MonitorState = { ...initialMonitorState(), champion: 1 };
  readonly policy: MonitorPolicy;
  ticks = 0;

  constructor(change: Partial<MonitorPolicy> = {}) {
    this.policy = { ...policy, ...change };
  }

  see(change: Partial<Observation> = {}): MonitorDecision {
    this.ticks++;
    const observation = { ...base, at: this.ticks * hour, newest: `${this.ticks}`, labels: this.ticks * 48, ...change };
    const decision = decideMonitor(this.state, observation, this.policy);
    this.state = decision.state;
    if (decision.action.kind === 'retrain') this.state = acceptTrigger(this.state, observation);
    return decision;
  }

  /** The same again so many times; the kinds of action in order. */
  seeOften(times: number, change: Partial<Observation> = {}): string[] {
    return Array.from({ length: times }, () => this.see(change).action.kind);
  }

  released(outcome: string): void {
    this.state = afterRelease(this.state, {
      outcome,
      champion: outcome === 'promoted' ? 2 : 1,
      endedAt: this.ticks * hour,
      labels: this.ticks * 48,
    });
  }
}

describe('drift', () => {
  it('is answered by nothing while the world stands still', () => {
    expect(new Set(new Watched().seeOften(50))).toEqual(new Set(['none']));
  });

  it('raises an alarm in the third sample, once, and names the columns with their numbers', () => {
    const watched = new Watched();
    watched.seeOften(10);
    expect(watched.seeOften(2, { shifts: moved })).toEqual(['none', 'none']);
    expect(watched.see({ shifts: moved })).toMatchObject({
      action: { kind: 'tell', trigger: 'drift' },
      because:
        '2 of 4 features moved in the last 1,000 predictions: a from 0.003467 to 0.003856 (PSI 3.10) and b from 0.003467 to 0.003856 (PSI 2.40); a retrain waits for labels, 96 of 480 have come since the change',
    });
    expect(watched.state.alarms[0]).toMatchObject({ kind: 'drift', features: ['a', 'b'], labelsAtChange: 11 * 48 });
    expect(watched.seeOften(5, { shifts: moved })).toEqual(['none', 'none', 'none', 'none', 'none']);
  });

  it('does not count a sample without new rows twice', () => {
    const watched = new Watched();
    expect(watched.seeOften(10, { shifts: moved, newest: 'same' })).toEqual(new Array(10).fill('none'));
  });

  it('is not alarmed by too few features, by an interrupted streak, or by what is usual', () => {
    expect(new Set(new Watched().seeOften(9, { shifts: [shift('a', 3), ...quiet.slice(1)] }))).toEqual(new Set(['none']));
    const watched = new Watched();
    for (let i = 0; i < 5; i++)
      expect([...watched.seeOften(2, { shifts: moved }), ...watched.seeOften(1)]).toEqual(['none', 'none', 'none']);
    const wandering = moved.map((feature) => ({ ...feature, usualPsi: 3.5 }));
    expect(new Set(new Watched().seeOften(9, { shifts: wandering }))).toEqual(new Set(['none']));
  });

  it('retrains with enough labels since the change, and no earlier', () => {
    const watched = new Watched();
    watched.seeOften(100);
    watched.seeOften(3, { shifts: moved });
    // The change was first seen at tick 101: 480 labels later is tick 111.
    expect(watched.seeOften(7, { shifts: moved })).toEqual(new Array(7).fill('none'));
    const decision = watched.see({ shifts: moved });
    expect(decision.action).toEqual({ kind: 'retrain', trigger: 'drift', alarm: 'drift' });
    expect(decision.because).toMatch(/; 480 labels since the change$/);
  });

  it('tries again after as many further labels when a release is refused', () => {
    const watched = new Watched();
    watched.seeOften(11, { shifts: moved });
    expect(watched.state.alarms[0]?.tries).toBe(1);
    watched.released('rejected');
    expect(watched.seeOften(9, { shifts: moved })).toEqual(new Array(9).fill('none'));
    expect(watched.see({ shifts: moved })).toMatchObject({ action: { kind: 'retrain' } });
    expect(watched.state.alarms[0]?.tries).toBe(2);
  });

  it('waits for labels newer than a rollback', () => {
    const watched = new Watched();
    watched.seeOften(15, { shifts: moved });
    watched.released('rolled_back');
    expect(watched.seeOften(9, { shifts: moved })).toEqual(new Array(9).fill('none'));
    expect(watched.see({ shifts: moved }).action.kind).toBe('retrain');
  });

  it('is answered by a promoted release, and raised again only by a change since', () => {
    const watched = new Watched();
    watched.seeOften(11, { shifts: moved });
    watched.released('promoted');
    expect(watched.state).toMatchObject({ champion: 2, alarms: [], streaks: {} });
    expect(new Set(watched.seeOften(30, { champion: 2 }))).toEqual(new Set(['none']));
    expect(watched.seeOften(3, { champion: 2, shifts: moved })).toEqual(['none', 'none', 'tell']);
  });

  it('stands with what it waits for until it is answered or over', () => {
    const watched = new Watched();
    for (let i = 0; i < 2; i++) expect(watched.see({ shifts: moved }).standing).toEqual([]);
    const [alarm] = watched.see({ shifts: moved }).standing;
    expect(alarm).toMatchObject({ kind: 'drift', raisedAt: 3 * hour });
    expect(alarm?.because).toMatch(
      /^2 of 4 features moved .*; a retrain waits for labels, 96 of 480 have come since the change$/,
    );
    expect(watched.see({ shifts: moved }).standing[0]?.because).toMatch(
      /; a retrain waits for labels, 144 of 480 have come since the change$/,
    );
    for (let i = 0; i < 3; i++) watched.see();
    expect(watched.see().standing).toEqual([]);
  });

  it('is over when the features come back before it was answered', () => {
    const watched = new Watched();
    watched.seeOften(5, { shifts: moved });
    watched.seeOften(2);
    expect(watched.state.alarms).toHaveLength(1);
    expect(watched.see().because).toMatch(
      /^the drift alarm is over: no longer so in the last 3 samples; it was: 2 of 4 features/,
    );
    expect(watched.state.alarms).toEqual([]);
  });

  it('is measured anew when another champion leads', () => {
    const watched = new Watched();
    watched.seeOften(2, { shifts: moved });
    expect(watched.seeOften(3, { shifts: moved, champion: 2 })).toEqual(['none', 'none', 'tell']);
  });
});

describe('a retrain', () => {
  it('waits for what runs and for the cooldown after it', () => {
    const watched = new Watched();
    expect(watched.seeOften(12, { shifts: moved, running: 'm/3' }).filter((kind) => kind === 'retrain')).toEqual([]);
    const lastRelease = { id: 'm/3', outcome: 'rejected', endedAt: 12 * hour };
    expect(watched.see({ shifts: moved, lastRelease }).because).toMatch(/; the cooldown lasts another 5 h$/);
    expect(watched.seeOften(4, { shifts: moved, lastRelease })).toEqual(['none', 'none', 'none', 'none']);
    expect(watched.see({ shifts: moved, lastRelease }).action.kind).toBe('retrain');
  });

  it('is not started while paused; the alarm is told all the same', () => {
    const watched = new Watched();
    watched.state = { ...watched.state, paused: true };
    expect(watched.seeOften(30, { shifts: moved }).filter((kind) => kind !== 'none')).toEqual(['tell']);
    watched.state = { ...watched.state, paused: false };
    expect(watched.see({ shifts: moved }).action.kind).toBe('retrain');
  });
});

describe('the live label metric', () => {
  it('raises an alarm below its baseline by more than is allowed', () => {
    const watched = new Watched({ retrain_after: 0 });
    expect(watched.see({ live: { accuracy: 0.75 }, baseline: { accuracy: 0.79 } }).action.kind).toBe('none');
    expect(watched.see({ live: { accuracy: 0.71 }, baseline: { accuracy: 0.79 } })).toMatchObject({
      action: { kind: 'retrain', trigger: 'performance', alarm: 'performance' },
      because: 'accuracy fell from 79 % at release to 71 %, by 8 points where 5 points are allowed; 0 labels since the change',
    });
  });

  it('is an error that grows, in regression', () => {
    const watched = new Watched();
    expect(watched.see({ live: { mae: 87 }, baseline: { mae: 80 } }).action.kind).toBe('none');
    expect(watched.see({ live: { mae: 89 }, baseline: { mae: 80 } }).because).toContain('MAE rose from 80 at release to 89');
    // Nearer to the labels, and on the wrong side of more of them: of a quantile that is worse.
    const quantile = { live: { mae: 70, pinball: 12 }, baseline: { mae: 80, pinball: 10 } };
    expect(new Watched().see(quantile).because).toContain(
      'pinball loss rose from 10 at release to 12, by more than the 10 % allowed',
    );
    const counts = { live: { mae: 89, poisson_deviance: 1 }, baseline: { mae: 80, poisson_deviance: 1 } };
    expect(new Watched().see(counts).action.kind).toBe('none');
  });

  it('is no longer alarming when it has recovered, and not while it cannot be measured', () => {
    const watched = new Watched();
    watched.see({ live: { accuracy: 0.6 }, baseline: { accuracy: 0.79 } });
    watched.seeOften(9, { baseline: { accuracy: 0.79 } });
    expect(watched.state.alarms).toHaveLength(1);
    watched.seeOften(3, { live: { accuracy: 0.78 }, baseline: { accuracy: 0.79 } });
    expect(watched.state.alarms).toEqual([]);
  });
});

describe('a spent budget', () => {
  const budgets = [
    { spent: 0.4, because: 'plenty left' },
    { spent: 1.2, because: '12 of 10,000 requests failed' },
  ];

  it('is told, and rolled back once where the policy says so', () => {
    const watched = new Watched({ on_breach: 'rollback' });
    expect(watched.see({ budgets })).toMatchObject({
      action: { kind: 'rollback', trigger: 'budget' },
      because: '12 of 10,000 requests failed',
    });
    expect(watched.seeOften(9, { budgets })).toEqual(new Array(9).fill('none'));
    expect(watched.see({ budgets, champion: 0 }).action.kind).toBe('none');
  });

  it('is rolled back once nothing runs any more', () => {
    const watched = new Watched({ on_breach: 'rollback' });
    expect(watched.see({ budgets, running: 'm/3' }).action.kind).toBe('tell');
    expect(watched.see({ budgets }).action.kind).toBe('rollback');
  });

  it('is only told where the policy is to tell', () => {
    const watched = new Watched({ on_breach: 'tell', retrain_after: 0, cooldown: 0 });
    expect(watched.seeOften(20, { budgets }).filter((kind) => kind !== 'none')).toEqual(['tell']);
  });
});

describe('whatever is observed', () => {
  const observations = fc.array(
    fc.record({
      champion: fc.constant(1),
      newest: fc.integer({ min: 0, max: 30 }).map(String),
      shifts: fc.constantFrom<readonly FeatureShift[]>(quiet, moved, moved, []),
      labels: fc.nat(200),
      live: fc.constantFrom<Record<string, number>>({}, { accuracy: 0.8 }, { accuracy: 0.6 }),
      baseline: fc.constant({ accuracy: 0.79 }),
      budgets: fc.constantFrom([], [{ spent: 2, because: 'all of it' }]),
      running: fc.constantFrom(null, null, 'm/3'),
    }),
    { maxLength: 60 },
  );

  it('no two retrains are closer than retrain_after labels, and none starts beside another or while paused', () => {
    fc.assert(
      fc.property(observations, fc.boolean(), (seen, paused) => {
        const watched = new Watched({ cooldown: 0 });
        watched.state = { ...watched.state, paused };
        let labels = 0;
        let atLast = Number.NEGATIVE_INFINITY;
        for (const observation of seen) {
          labels += observation.labels;
          const { action } = watched.see({ ...observation, labels });
          if (action.kind !== 'retrain') continue;
          expect(paused).toBe(false);
          expect(observation.running).toBeNull();
          expect(labels - atLast).toBeGreaterThanOrEqual(watched.policy.retrain_after);
          atLast = labels;
        }
      }),
    );
  });

  it('an alarm is told once for as long as it stands', () => {
    fc.assert(
      fc.property(observations, (seen) => {
        const watched = new Watched({ on_breach: 'tell' });
        for (const observation of seen) {
          const stood = watched.state.alarms.map(({ kind }) => kind);
          const { action, told } = watched.see(observation);
          const raised = watched.state.alarms.filter(({ kind }) => !stood.includes(kind)).length;
          expect(told.length + (action.kind === 'tell' ? 1 : 0)).toBe(raised);
        }
      }),
    );
  });

  it('the state is plain JSON', () => {
    fc.assert(
      fc.property(observations, (seen) => {
        const watched = new Watched();
        for (const observation of seen) watched.see(observation);
        expect(JSON.parse(JSON.stringify(watched.state))).toEqual(watched.state);
      }),
    );
  });
});
