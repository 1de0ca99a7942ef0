/**
 * The example's waits, shortened for a story of minutes: the same file otherwise. Freshness is held against today's clock,
 * and the market was recorded in 1997, so it is set to thirty years.
 */
export const shortened: readonly string[] = [
  'contract.freshness=12000d',
  'release.shadow.for=4s',
  'release.step.for=4s',
  'release.step.at_least=150 requests',
  'release.bake=5s',
  'release.lease=8s',
  'monitor.every=1s',
  'monitor.cooldown=1s',
];
