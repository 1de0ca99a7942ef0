import { valueAt } from './issues.ts';

type Report = (path: readonly PropertyKey[], message: string, hint: string) => void;

/** Strategies, ramps and segments that come to nothing together: each is told once, at the key that would have to change. */
export function strategyCheck(file: unknown, report: Report): void {
  const of = (...keys: string[]) => valueAt(file, ['release', ...keys]);
  const strategy = of('strategy') ?? 'canary';
  const segments = of('segments') !== undefined;
  const written = of('ramp');
  const steps = Array.isArray(written) ? written.length : null;
  const ramp = ['release', 'ramp'];
  if (strategy === 'blue-green') {
    if (steps !== null && steps > 1) report(ramp, 'blue-green has one step, 100%', 'leave ramp out, or take the strategy canary');
    if (segments)
      report(['release', 'segments'], 'blue-green goes to everybody at once', 'leave segments out, or take the strategy ab');
    return;
  }
  if (strategy === 'ab' && steps !== null && steps !== 2)
    report(
      ramp,
      `ab has one split and then 100%, and the ramp has ${steps === 1 ? 'no split' : `${steps - 1} of them`}`,
      '[50%, 100%]',
    );
  else if (strategy === 'bandit' && steps === 1)
    report(ramp, 'a bandit moves within a step below 100%, and the ramp has none', 'leave ramp out, or [50%, 100%]');
  else if (segments && steps === 1)
    report(
      ['release', 'segments'],
      'at 100% everybody takes part, and the ramp has no other step',
      'a step below 100%, or leave segments out',
    );
  if (strategy === 'bandit') banditChecks(file, segments, report);
}

function banditChecks(file: unknown, segments: boolean, report: Report): void {
  if (valueAt(file, ['task']) === 'regression')
    report(['release', 'strategy'], 'a bandit needs answers that are right or wrong, and a regression has none', 'canary or ab');
  // Whose answers may be compared is told by who was scored by both: the log holds no segments.
  const path = ['release', 'shadow', 'share'];
  const share = valueAt(file, path);
  if (segments && (share === 0 || (typeof share === 'string' && Number.parseFloat(share) === 0)))
    report(path, 'a bandit on segments compares requests that both versions scored, and there are none', '10%, or leave it out');
}
