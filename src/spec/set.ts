import { isCollection, parseDocument } from 'yaml';
import type { Problem } from '../errors.ts';
import { FinalError } from '../errors.ts';

/**
 * Changes values of a pawl.yaml, as `pawl apply --set release.step.for=4s` does; comments stay. Keys are joined by dots, an
 * entry of a list is named by its number from 0, and the value is YAML. What the values mean is for `parseSpec` to judge.
 * @throws FinalError PAWL_SPEC_INVALID with every assignment that cannot be made.
 */
export function setValues(text: string, assignments: readonly string[]): string {
  const document = parseDocument(text);
  // A file that is no YAML is reported where its lines are known.
  if (document.errors.length > 0) return text;
  const problems = assignments.flatMap((assignment): Problem[] => {
    const [, written, value] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
    if (written === undefined || value === undefined) {
      return [{ message: `--set ${assignment} has no value`, hint: 'path=value, such as release.bake=5m' }];
    }
    const parsed = parseDocument(value);
    if (parsed.errors.length > 0)
      return [{ message: `--set ${assignment}: the value is no YAML`, hint: parsed.errors[0]?.message ?? '' }];
    const path = written.trim().split('.');
    for (let depth = 1; depth < path.length; depth++) {
      const parent = path.slice(0, depth);
      const node = document.getIn(parent, true);
      // `release:` with nothing behind it is an empty mapping.
      if (node !== undefined && !isCollection(node) && document.getIn(parent) === null) document.deleteIn(parent);
      else if (node !== undefined && !isCollection(node)) {
        return [{ message: `--set ${assignment}: ${parent.join('.')} is a value and has no keys` }];
      }
    }
    document.setIn(path, parsed.contents);
    return [];
  });
  if (problems.length > 0) throw new FinalError('PAWL_SPEC_INVALID', 'Values cannot be set.', { problems });
  return document.toString({ lineWidth: 0 });
}
