import type { RecordedSearch, TrialRecord } from '../registry/trials.ts';

const look = (changes: Partial<TrialRecord>): TrialRecord => ({
  ...{ release: 'm/3', trial: 1, rung: 0, params: {}, share: 1 / 3, resource: '67 trees' },
  ...{ state: 'done', score: 0.81234, seconds: 2, because: null },
  beganAt: new Date(0),
  endedAt: new Date(5),
  ...changes,
});

/** Four trials: as written, the best one, one that failed and one that is in training. */
export const exampleSearch: RecordedSearch = {
  release: 'm/3',
  trials: [
    look({}),
    look({ trial: 2, params: { leaves: 12 } }),
    look({ trial: 2, rung: 1, params: { leaves: 12 }, share: 1, resource: '200 trees', score: 0.85 }),
    look({ trial: 3, params: { leaves: 9 }, state: 'failed', score: null, seconds: null, resource: null, because: 'no luck' }),
    look({ trial: 4, params: { leaves: 5 }, state: 'running', score: null, seconds: null, resource: null, endedAt: null }),
  ],
  choice: {
    ...{ key: 'm/3/search/chosen', model: 'm', release: 'm/3', workflow: 'release', stage: 'search', action: 'choose' },
    because: '4 trials made: trial 2 with auc 0.85 (leaves 12)',
    evidence: { trial: 2, rung: 1, score: 0.85, metric: 'auc', params: { leaves: 12, trees: 200 }, trials: 4 },
  },
};
