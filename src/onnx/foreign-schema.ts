import protobuf from 'protobufjs';

/**
 * What is read of a graph that others have written, by the names and numbers of onnx.proto
 * (https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto). Weights, which are most of it, are skipped.
 */
const source = `
syntax = "proto3";
package foreign;
message Attribute { string name = 1; Tensor t = 5; Graph g = 6; repeated Tensor tensors = 10; repeated Graph graphs = 11; SparseTensor sparse_tensor = 22; }
message SparseTensor { Tensor values = 1; Tensor indices = 2; }
message StringStringEntry { string key = 1; string value = 2; }
message Tensor { repeated int64 dims = 1; int32 data_type = 2; string name = 8; repeated StringStringEntry external_data = 13; int32 data_location = 14; }
message Node { repeated string input = 1; repeated string output = 2; string op_type = 4; repeated Attribute attribute = 5; string domain = 7; }
message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
message Shape { repeated Dimension dim = 1; }
message TensorType { int32 elem_type = 1; Shape shape = 2; }
message Type { oneof value { TensorType tensor_type = 1; } }
message Value { string name = 1; Type type = 2; }
message Graph { repeated Node node = 1; repeated Tensor initializer = 5; repeated Value input = 11; repeated Value output = 12; repeated SparseTensor sparse_initializer = 15; }
message OperatorSet { string domain = 1; int64 version = 2; }
message Function { string name = 1; repeated Node node = 7; repeated OperatorSet opset_import = 9; string domain = 10; }
message Model { int64 ir_version = 1; Graph graph = 7; repeated OperatorSet opset_import = 8; repeated Function functions = 25; }
`;

const { root } = protobuf.parse(source, { keepCase: true });
export const ForeignModelProto = root.lookupType('foreign.Model');
export const ForeignTensorProto = root.lookupType('foreign.Tensor');

export interface ForeignTensor {
  readonly name: string;
  readonly dims: readonly (number | { toNumber(): number })[];
  readonly data_type: number;
  readonly external_data: readonly { readonly key: string; readonly value: string }[];
  readonly data_location: number;
}

interface SparseTensor {
  readonly values?: ForeignTensor | null;
  readonly indices?: ForeignTensor | null;
}

export interface ForeignNode {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly op_type: string;
  readonly domain: string;
  readonly attribute: readonly {
    readonly t?: ForeignTensor | null;
    readonly g?: ForeignGraph | null;
    readonly tensors: readonly ForeignTensor[];
    readonly graphs: readonly ForeignGraph[];
    readonly sparse_tensor?: SparseTensor | null;
  }[];
}

export interface ForeignValue {
  readonly name: string;
  readonly type?: {
    readonly tensor_type?: {
      readonly elem_type: number;
      readonly shape?: { readonly dim: readonly { readonly dim_value?: number | { toNumber(): number } | null }[] } | null;
    } | null;
  } | null;
}

export interface ForeignGraph {
  readonly node: readonly ForeignNode[];
  readonly initializer: readonly ForeignTensor[];
  readonly sparse_initializer: readonly SparseTensor[];
  readonly input: readonly ForeignValue[];
  readonly output: readonly ForeignValue[];
}

export interface ForeignModel {
  readonly graph?: ForeignGraph | null;
  readonly opset_import: readonly { readonly domain: string; readonly version: number | { toNumber(): number } }[];
  readonly functions: readonly { readonly name: string; readonly domain: string; readonly node: readonly ForeignNode[] }[];
}

/** @throws Error where the bytes are no protobuf message of this shape. */
export function decodeForeign(bytes: Uint8Array): ForeignModel {
  return ForeignModelProto.decode(bytes) as unknown as ForeignModel;
}

/** protobufjs gives int64 as a Long. */
export function numberOf(value: number | { toNumber(): number } | null | undefined): number | null {
  return value === null || value === undefined ? null : typeof value === 'number' ? value : value.toNumber();
}
