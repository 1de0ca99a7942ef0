import protobuf from 'protobufjs';

/**
 * The part of ONNX's protobuf schema that pawl writes and reads. Names and field numbers are those of onnx.proto, IR version
 * 9 (https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto); what is left out is skipped by a reader.
 */
const source = `
syntax = "proto3";
package onnx;
message AttributeProto {
  string name = 1; float f = 2; int64 i = 3; bytes s = 4; TensorProto t = 5;
  repeated float floats = 7; repeated int64 ints = 8; repeated bytes strings = 9; int32 type = 20;
}
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message NodeProto {
  repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
  repeated AttributeProto attribute = 5; string domain = 7;
}
message StringStringEntryProto { string key = 1; string value = 2; }
message ModelProto {
  int64 ir_version = 1; string producer_name = 2; string producer_version = 3; GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8; repeated StringStringEntryProto metadata_props = 14;
}
message ModelOpsets { repeated OperatorSetIdProto opset_import = 8; }
message ModelMetadata { repeated StringStringEntryProto metadata_props = 14; }
message NodeNames { repeated string input = 1; repeated string output = 2; string op_type = 4; }
message ModelValues { GraphValues graph = 7; }
message GraphValues { repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12; }
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message GraphProto {
  repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
}
message TensorProto { repeated int64 dims = 1; int32 data_type = 2; repeated float float_data = 4; repeated int64 int64_data = 7; string name = 8; bytes raw_data = 9; }
message TensorShapeProto {
  message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
  repeated Dimension dim = 1;
}
message TypeProto {
  message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; }
  oneof value { Tensor tensor_type = 1; }
}
`;

const { root } = protobuf.parse(source, { keepCase: true });
export const ModelProto = root.lookupType('onnx.ModelProto');
export const GraphProto = root.lookupType('onnx.GraphProto');
export const TensorProto = root.lookupType('onnx.TensorProto');
export const NodeProto = root.lookupType('onnx.NodeProto');
/** A NodeProto of which the attributes, which may be large, are not read. */
export const NodeNames = root.lookupType('onnx.NodeNames');
export const ValueInfoProto = root.lookupType('onnx.ValueInfoProto');
/** A ModelProto of which only the metadata is read: the graph, which may be large, is skipped. */
export const ModelMetadata = root.lookupType('onnx.ModelMetadata');

/** A ModelProto of which only the operator sets are read. */
export const ModelOpsets = root.lookupType('onnx.ModelOpsets');

/** A ModelProto of which only what the graph takes and gives is read. */
export const ModelValues = root.lookupType('onnx.ModelValues');

/** Where the signature stands in the model's metadata. */
export const signatureKey = 'pawl.signature';

/** Field numbers of what is changed in a graph without reading all of it. */
export const fieldNumber = {
  graphOfModel: 7,
  opsetOfModel: 8,
  metadataOfModel: 14,
  nodeOfGraph: 1,
  initializerOfGraph: 5,
  inputOfGraph: 11,
  outputOfGraph: 12,
  inputOfNode: 1,
  outputOfNode: 2,
  nameOfNode: 3,
  rawDataOfTensor: 9,
  externalOfTensor: 13,
  locationOfTensor: 14,
} as const;

/** AttributeProto.AttributeType */
export const attributeType = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const;
/** TensorProto.DataType */
export const dataType = { float: 1, uint8: 2, int8: 3, int64: 7, string: 8, double: 11 } as const;
