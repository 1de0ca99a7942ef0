import type { Problem } from '../errors.ts';
import { FinalError } from '../errors.ts';
import { crossChecks } from './cross-checks.ts';
import { expectation, problemsOf } from './issues.ts';
import { PlacedYaml } from './places.ts';
import type { ModelSpec } from './schema.ts';
import { modelSpec } from './schema.ts';

/**
 * Reads a pawl.yaml. `file` is the name that mistakes are reported with.
 * @throws FinalError PAWL_SPEC_INVALID with every mistake, each with its line, column and what would be right, in the order of the file.
 */
export function parseSpec(text: string, file: string): ModelSpec {
  const yaml = new PlacedYaml(text);
  const problems: Problem[] = yaml.mistakes.map(({ message, place, hint }) => ({ message, ...place, hint }));
  let spec: ModelSpec | undefined;
  if (yaml.value === null)
    problems.push({ message: 'The file is empty', ...yaml.placeOf([]), hint: '`pawl init DATA.csv` writes one' });
  else if (yaml.value !== undefined) {
    const result = modelSpec.safeParse(yaml.value, { error: expectation });
    if (result.success) spec = result.data;
    else problems.push(...problemsOf(result.error.issues, yaml));
    problems.push(...crossChecks(yaml));
  }
  if (spec !== undefined && problems.length === 0) return spec;
  const placed = problems
    .map((problem): Problem => ({ file, ...problem }))
    .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  throw new FinalError('PAWL_SPEC_INVALID', `${file} has ${placed.length} mistake${placed.length === 1 ? '' : 's'}.`, {
    problems: placed,
  });
}
