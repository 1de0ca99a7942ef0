import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Problem } from '../errors.ts';
import { FinalError } from '../errors.ts';
import type { Registry } from '../registry/registry.ts';
import { getSpec } from '../registry/specs.ts';
import type { ModelSpec } from '../spec/schema.ts';

/**
 * Reads a pawl.yaml with some of its values changed.
 * @param set `path=value`, see `setValues`
 * @throws FinalError PAWL_SPEC_NOT_FOUND, PAWL_SPEC_INVALID with every mistake
 */
export async function readSpecFile(
  file: string,
  set: readonly string[],
): Promise<{ spec: ModelSpec; source: string; path: string }> {
  const path = resolve(file);
  const written = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FinalError('PAWL_SPEC_NOT_FOUND', `${file} cannot be read.`, { cause });
  });
  return { ...(await parsed(written, file, set)), path };
}

/**
 * The spec of a model that is in force, with the policy of a file: its `release` and `monitor`. Without a file those in force count,
 * with the values that are set.
 * @throws FinalError PAWL_SPEC_NOT_FOUND, PAWL_MODEL_NOT_FOUND, PAWL_SPEC_INVALID with every mistake, also where the file is of another
 * model
 */
export async function readPolicy(
  registry: Registry,
  model: string,
  file: string | undefined,
  set: readonly string[],
): Promise<ModelSpec> {
  const { spec: inForce, source } = await getSpec(registry, model);
  if (file === undefined && set.length === 0) return inForce;
  const { spec } = file === undefined ? await parsed(source, 'pawl.yaml', set) : await readSpecFile(file, set);
  const problems = (['model', 'task'] as const).flatMap((key): Problem[] =>
    spec[key] === inForce[key]
      ? []
      : [{ subject: key, message: `${key}: ${spec[key]}, where the policy is for ${inForce[key]}`, ...(file ? { file } : {}) }],
  );
  if (problems.length > 0) throw new FinalError('PAWL_SPEC_INVALID', `${file ?? 'The policy'} is not of ${model}.`, { problems });
  return { ...inForce, release: spec.release, monitor: spec.monitor };
}

async function parsed(written: string, file: string, set: readonly string[]): Promise<{ spec: ModelSpec; source: string }> {
  const [{ parseSpec }, { setValues }] = await Promise.all([import('../spec/parse.ts'), import('../spec/set.ts')]);
  const source = set.length === 0 ? written : setValues(written, set);
  return { spec: parseSpec(source, file), source };
}
