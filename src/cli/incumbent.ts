import { classPair, sortedClasses } from '../data/class-order.ts';
import { FinalError, PawlError } from '../errors.ts';
import type { IncumbentConfig } from '../serving/incumbent/incumbent-config.ts';
import type { ModelSpec } from '../spec/schema.ts';

/**
 * How the endpoint that a spec names is asked; null where it names none. The classes of a classification are those of
 * `champion.classes`, or those that the label column of the source holds.
 * @param baseDirectory the folder that relative paths of the spec start from
 * @throws FinalError PAWL_SPEC_INVALID where the classes cannot be known
 */
export async function incumbentConfig(spec: ModelSpec, baseDirectory: string): Promise<IncumbentConfig | null> {
  const { champion, contract, task } = spec;
  if (champion === undefined) return null;
  const features = Object.entries(contract.features).map(([name, { type }]) => ({ name, type }));
  return {
    url: champion.http,
    format: champion.format,
    model: champion.model ?? spec.model,
    timeoutMs: champion.timeout,
    signature: {
      format: 1,
      task,
      features,
      classes: task === 'regression' ? null : await classesOf(spec, baseDirectory),
      threshold: task === 'binary-classification' ? 0.5 : null,
    },
    features: champion.features ?? features.map(({ name }) => name),
  };
}

async function classesOf(spec: ModelSpec, baseDirectory: string): Promise<readonly string[]> {
  const { label, positive } = spec.contract;
  const classes = spec.champion?.classes ?? (await classesOfSource(spec, baseDirectory));
  if (spec.task === 'multiclass-classification') {
    if (classes.length > 2) return sortedClasses(classes);
    throw unknownClasses(`the column ${label} of the source holds ${classes.length === 0 ? 'none' : classes.join(', ')}`);
  }
  const [a, b] = classes;
  if (a === undefined || b === undefined || classes.length !== 2)
    throw unknownClasses(`the column ${label} of the source holds ${classes.length === 0 ? 'none' : classes.join(', ')}`);
  if (positive !== undefined && !classes.includes(positive))
    throw unknownClasses(`contract.positive is ${positive}, and there are ${a} and ${b}`);
  return classPair(a, b, positive);
}

async function classesOfSource(spec: ModelSpec, baseDirectory: string): Promise<string[]> {
  const { sourceClasses } = await import('../data/source-classes.ts');
  try {
    return await sourceClasses(spec, baseDirectory);
  } catch (error) {
    if (error instanceof PawlError) throw unknownClasses(`the source cannot be read: ${error.message}`, error);
    throw error;
  }
}

function unknownClasses(because: string, cause?: unknown): FinalError {
  return new FinalError('PAWL_SPEC_INVALID', 'The classes that the endpoint tells apart are not known.', {
    problems: [
      {
        subject: 'champion.classes',
        message: `champion.classes is needed: ${because}.`,
        hint: 'all classes as the labels write them, such as ["0", "1"]',
      },
    ],
    cause,
  });
}
