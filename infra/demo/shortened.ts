/** The example's waits, shortened for a story of minutes: the same file otherwise. */
export const shortened: readonly string[] = [
  // Long enough for the 200 labels of the rules: with fewer they say nothing.
  'release.shadow.for=6s',
  'release.step.for=4s',
  'release.step.at_least=150 requests',
  'release.bake=5s',
  'release.lease=8s',
  'monitor.every=1s',
  'monitor.cooldown=1s',
  'monitor.retrains_a_week=1000',
];
