import { describe, expect, it } from 'vitest';
import { type CpuProfile, type Subjects, timeBySubject } from './cpu-profile.ts';

const subjects: Subjects = [
  ['log', /\/log\.js$/],
  ['http', /\/http/],
];
const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url },
  children,
});

const profile: CpuProfile = {
  startTime: 1000,
  nodes: [
    node(1, '(root)', '', [2, 3, 4, 8]),
    node(2, '(idle)', ''),
    node(3, '(garbage collector)', ''),
    node(4, 'onData', 'file:///p/http-server.js', [5, 7]),
    node(5, 'append', 'file:///p/log.js', [6]),
    node(6, 'toString', ''),
    node(7, 'write', 'node:net'),
    node(8, 'processTimers', 'node:internal/timers'),
  ],
  samples: [2, 4, 6, 7, 3, 8, 2],
  timeDeltas: [0, 10, 20, 30, 40, 50, 60],
};

describe('the time of a profile', () => {
  it('belongs to the innermost file that has a subject, with all that is called from it', () => {
    expect(Object.fromEntries(timeBySubject(profile, subjects))).toEqual({
      idle: 10,
      http: 20 + 40,
      log: 30,
      'garbage collection': 50,
      'node itself': 60,
    });
  });

  it('is that of the samples within the time asked for', () => {
    expect(Object.fromEntries(timeBySubject(profile, subjects, 1010, 1060))).toEqual({ http: 20, log: 30 });
  });
});
