import { FinalError, PawlError } from '../src/errors.ts';
import { findStep, type FinishedStep, lastReleaseThrough } from '../src/registry/steps.ts';
import { getTrigger } from '../src/registry/triggers.ts';
import { changesBetween, doneAgain } from '../src/steps/changes.ts';
import { inputsDigest } from '../src/steps/inputs.ts';
import { type StepInputs, stepNames } from '../src/steps/step.ts';
import { damageOf } from '../src/steps/whole-objects.ts';
import type { Dependencies } from './dependencies.ts';
import type { StepPlan } from './step.ts';

/** Whether a step need not be done. */
interface Look {
  /** What is taken; null where it has to be done. */
  readonly earlier: FinishedStep | null;
  /** Why; null where there was nothing to take. */
  readonly because: string | null;
  /** What the step goes by, or what is taken went by. */
  readonly inputs: StepInputs;
}

type Plan = Pick<StepPlan<never>, 'name' | 'part' | 'release' | 'inputs' | 'never'>;

/**
 * Looks for a step that was done before on equal inputs, and whether what it left is whole; or for the one that a person asked to take as
 * it was. Of the same release it is one whose answer was lost with its worker.
 * @throws FinalError PAWL_STEP_NOT_FOUND where there is none that was asked for
 */
export async function lookForStep({ registry, store }: Pick<Dependencies, 'registry' | 'store'>, plan: Plan): Promise<Look> {
  const { name, release, part = '' } = plan;
  const { model, id } = release;
  if (isBeforeStart(plan)) return asItWas({ registry, store }, plan);

  const inputs = await plan.inputs();
  if (Object.keys(inputs).length === 0) return { earlier: null, because: null, inputs };
  const digest = inputsDigest(inputs);
  const own = await findStep(registry, model, name, { release: id, part });
  if (own?.inputsDigest === digest && (await damageOf(store, own.objects)) === null)
    return { earlier: { ...own, doneBy: id }, because: 'an earlier attempt had done it', inputs };

  const last = await findStep(registry, model, name, { notRelease: id, part });
  if (last === null) return { earlier: null, because: null, inputs };
  const again = (why: string): Look => ({ earlier: null, because: doneAgain(name, why), inputs });
  if (release.fresh) return again('asked to take nothing');
  if (release.fromStep !== null) return again(`asked to begin with ${release.fromStep}`);
  if (plan.never != null) return again(plan.never);
  const equal = await findStep(registry, model, name, { inputsDigest: digest, notRelease: id, part });
  if (equal === null) return again(changesBetween(last.inputs, inputs) ?? `what ${last.release} did cannot be taken`);
  const damage = await damageOf(store, equal.objects);
  if (damage !== null) return again(damage);
  return { earlier: equal, because: `taken from ${equal.doneBy}`, inputs };
}

/** Whether a person asked to begin with a later step. */
function isBeforeStart({ name, release }: Plan): boolean {
  const { fromStep } = release;
  const order: readonly string[] = stepNames;
  return fromStep !== null && order.includes(name) && order.indexOf(name) < order.indexOf(fromStep);
}

/** All steps before the one asked for come from one release, the last that had done them. */
async function asItWas({ registry, store }: Pick<Dependencies, 'registry' | 'store'>, plan: Plan): Promise<Look> {
  const { name, release } = plan;
  const { model, id, fromStep, triggerId } = release;
  const through = stepNames[stepNames.findIndex((step) => step === fromStep) - 1] ?? name;
  const from = await lastReleaseThrough(registry, { model, step: through, before: id });
  const earlier = from === null ? null : await findStep(registry, model, name, { release: from });
  if (from === null || earlier === null) {
    const why = `No release of ${model} has come to the end of its step ${through}, so none can begin with ${fromStep}.`;
    throw new FinalError('PAWL_STEP_NOT_FOUND', why);
  }
  const damage = await damageOf(store, earlier.objects);
  if (damage !== null) throw new FinalError('PAWL_STEP_NOT_FOUND', `The step ${name} of ${from} cannot be taken: ${damage}.`);
  const { by = 'somebody' } = (await getTrigger(registry, triggerId)) ?? {};
  const changed = await changesSince(plan, earlier.inputs);
  return {
    earlier,
    because: `taken from ${earlier.doneBy} as it was, as ${by} asked to begin with ${fromStep}${changed === null ? '' : `, although ${changed}`}`,
    inputs: earlier.inputs,
  };
}

/** What is different by now. What cannot be looked at is told, as nobody needs it. */
async function changesSince(plan: Plan, before: StepInputs): Promise<string | null> {
  try {
    return changesBetween(before, await plan.inputs());
  } catch (error) {
    if (!(error instanceof PawlError)) throw error;
    return `what it depends on cannot be read now (${error.code})`;
  }
}
