import { readFileSync } from 'node:fs';
import { version as duckdbVersion } from '@duckdb/node-api';
import { env } from 'onnxruntime-node';
import { packageFile, packageVersion } from '../package-root.ts';
import type { CommandCode } from './command-code.ts';
import { settings, type Surroundings } from './inputs.ts';
import type { StepInput } from './step.ts';

/** Which sources this pawl was built from, as `npm run build` has left it: between two versions its code may differ. */
const build = readBuild();

function readBuild(): string | null {
  try {
    return readFileSync(packageFile('dist/.built'), 'utf8').trim();
  } catch {
    return null;
  }
}

/** The code that does the work. @param digest of a trainer that is not pawl's */
function codeOf(digest?: string | null): StepInput {
  const pawl = packageVersion();
  return { digest: settings({ pawl, build, digest }).digest, facts: { pawl } };
}

const machine = { platform: process.platform, processor: process.arch };

/** Of a step that works on rows: DuckDB writes the files, and their bytes are what counts. */
export function dataSurroundings(): Surroundings {
  return { code: codeOf(), environment: settings({ duckdb: duckdbVersion(), ...machine }) };
}

/**
 * Of a training. A graph is reproducible to the bit on one kind of machine and one Node, whose exponentials and logarithms differ.
 * @param command of a trainer that is not pawl's: the digest of its code, and what else of this machine it runs with
 */
export function trainingSurroundings(command: CommandCode | null): Surroundings {
  return {
    code: codeOf(command?.digest),
    environment: settings({ node: process.versions.node, ...machine, ...command?.environment }),
  };
}

/** Of an evaluation: ONNX Runtime scores. */
export function scoringSurroundings(): Surroundings {
  const onnxruntime = env.versions.node ?? env.versions.common;
  return { code: codeOf(), environment: settings({ onnxruntime, node: process.versions.node, ...machine }) };
}
