import { version as duckdbVersion } from '@duckdb/node-api';
import { env } from 'onnxruntime-node';
import { packageVersion } from '../package-root.ts';
import type { CommandCode } from './command-code.ts';
import { settings, type Surroundings } from './inputs.ts';

const machine = { platform: process.platform, processor: process.arch };

/** Of a step that works on rows: DuckDB writes the files, and their bytes are what counts. */
export function dataSurroundings(): Surroundings {
  return { code: settings({ pawl: packageVersion() }), environment: settings({ duckdb: duckdbVersion(), ...machine }) };
}

/**
 * Of a training. A graph is reproducible to the bit on one kind of machine and one Node, whose exponentials and logarithms differ.
 * @param command of a trainer that is not pawl's: the digest of its code, and what else of this machine it runs with
 */
export function trainingSurroundings(command: CommandCode | null): Surroundings {
  const pawl = packageVersion();
  return {
    code: { digest: settings({ pawl, digest: command?.digest }).digest, facts: { pawl } },
    environment: settings({ node: process.versions.node, ...machine, ...command?.environment }),
  };
}

/** Of an evaluation: ONNX Runtime scores. */
export function scoringSurroundings(): Surroundings {
  const { pawl, runtime } = { pawl: packageVersion(), runtime: env.versions.node ?? env.versions.common };
  return { code: settings({ pawl }), environment: settings({ onnxruntime: runtime, node: process.versions.node, ...machine }) };
}
