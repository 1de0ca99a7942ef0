import type { ModelSignature } from '../../onnx/signature.ts';
import { packageVersion } from '../../package-root.ts';
import type { ModelTraffic } from '../model-traffic.ts';
import { outputDatatype, outputNamesOf } from './outputs.ts';

interface TensorMetadata {
  readonly name: string;
  readonly datatype: string;
  /** -1 is any number of rows. */
  readonly shape: readonly number[];
}

export interface ServerMetadata {
  readonly name: string;
  readonly version: string;
  readonly extensions: readonly string[];
}

export interface ModelMetadata {
  readonly name: string;
  /** Those that are loaded here. */
  readonly versions: readonly string[];
  readonly platform: string;
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
}

const version = packageVersion();

export const serverMetadata: ServerMetadata = { name: 'pawl', version, extensions: ['binary_tensor_data'] };

/** The datatypes that lose nothing: others are taken too. */
const datatypes = { number: 'FP32', boolean: 'BOOL', category: 'BYTES' } as const;

export function modelMetadata(traffic: ModelTraffic, { features, task, classes }: ModelSignature): ModelMetadata {
  return {
    name: traffic.model,
    versions: traffic.shelf.ready().map(String),
    platform: 'onnx_onnxv1',
    inputs: features.map(({ name, type }) => ({ name, datatype: datatypes[type], shape: [-1, 1] })),
    outputs: outputNamesOf(task).map((name) => ({
      name,
      datatype: outputDatatype(name, task),
      shape: [-1, name === 'probabilities' ? (classes?.length ?? 1) : 1],
    })),
  };
}
