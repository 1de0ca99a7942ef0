import { Random } from '../../../src/training/random.ts';
import { eProcess, type Look } from './error-rules.ts';
import { type Guardrail, latency, pairedLabels, pairedMetric } from './guardrails.ts';
import { baseRate, Callers, growing, looks, type World } from './worlds.ts';

/** Requests between two looks, and those among them that both sides scored and whose label has come. */
const [requestsPerLook, pairsPerLook] = [200, 25];

const guardrailNames = ['errors', 'paired labels', 'paired metric', 'latency'] as const;

/** In how many of the ramps, whose versions are equal, each guardrail saw harm, and at alpha / 4 any of them. */
export interface FalseRollbacks {
  readonly world: string;
  readonly ramps: number;
  readonly alone: Readonly<Record<string, number>>;
  readonly together: number;
}

/** Growing ramps of versions that are equal. */
export function nullRamps(world: World, ramps: number, alpha: number, seed: number): FalseRollbacks {
  const random = new Random(seed);
  const callers = new Callers(world, random);
  const errors = eProcess(world.callers, 1, 'share of callers');
  let evidence = -Infinity;
  const [labels, metric, times] = [pairedLabels(random), pairedMetric(random), latency(random)];
  const ofErrors: Guardrail = {
    begin: () => (errors.begin(), (evidence = -Infinity)),
    harm: (at) => evidence >= Math.log(1 / at),
  };
  const guardrails = [ofErrors, labels, metric, times];
  const alone = [0, 0, 0, 0];
  let together = 0;
  for (let ramp = 0; ramp < ramps; ramp++) {
    callers.redraw();
    for (const guardrail of guardrails) guardrail.begin();
    const harmed = [false, false, false, false];
    let any = false;
    for (let number = 0; number < looks; number++) {
      const share = growing(number);
      const look: Look = { share, championRequests: 0, challengerRequests: 0, championErrors: 0, challengerErrors: 0 };
      for (let request = 0; request < requestsPerLook; request++) {
        const caller = callers.next();
        const challenger = (callers.place[caller] ?? 0) < share;
        const broken = callers.broken[caller] === 1;
        if (challenger) look.challengerRequests++;
        else look.championRequests++;
        if (broken || random.next() < baseRate) errors.error(world.callers > 0 ? caller : -1, challenger, share);
        const slower = world.callers > 0 ? (callers.slower[caller] ?? 0) : 0;
        times.request(challenger, slower);
        if (request < pairsPerLook) {
          labels.pair(broken);
          metric.pair(broken);
        }
      }
      evidence = Math.max(evidence, errors.look(look));
      for (const [i, guardrail] of guardrails.entries()) {
        // What is no harm at alpha is none at alpha / 4.
        if (!guardrail.harm(alpha)) continue;
        harmed[i] = true;
        any ||= guardrail.harm(alpha / guardrails.length);
      }
    }
    for (const [i, was] of harmed.entries()) if (was) alone[i] = (alone[i] ?? 0) + 1;
    if (any) together++;
  }
  return {
    world: world.name,
    ramps,
    alone: Object.fromEntries(guardrailNames.map((name, i) => [name, alone[i] ?? 0])),
    together,
  };
}
