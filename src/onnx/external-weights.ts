import protobuf from 'protobufjs';
import { FinalError, type Problem } from '../errors.ts';
import { decodeForeign, ForeignTensorProto, type ForeignTensor, numberOf } from './foreign-schema.ts';
import { withField } from './message-field.ts';
import { dataType, fieldNumber } from './schema.ts';

/** Bytes of an element, by its TensorProto.DataType; others are taken as they are said. */
const elementBytes: Readonly<Record<number, number>> = { [dataType.float]: 4, [dataType.int64]: 8, [dataType.double]: 8 };

/** Wire types of protobuf. */
const varint = 0;
const lengthDelimited = 2;

/** Files beside a model in which some of its weights lie, as MLflow and PyTorch write larger ones; without any that lead elsewhere. */
export function weightFiles(model: Uint8Array): string[] {
  const files = initializersOf(model).flatMap((tensor) => placeOf(tensor).location ?? []);
  return [...new Set(files)].filter(isBeside);
}

/** None of what is no model: that is found where it is taken in. */
function initializersOf(model: Uint8Array): readonly ForeignTensor[] {
  try {
    return decodeForeign(model).graph?.initializer ?? [];
  } catch {
    return [];
  }
}

/**
 * The same model as one file: weights that lie in files beside it are put where they belong. Everything else stays as it is.
 * @param files what `weightFiles` names, by name
 * @throws FinalError PAWL_IMPORT_REFUSED where a file is shorter than the model says
 */
export function withWeights(model: Uint8Array, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  if (files.size === 0) return model;
  const problems: Problem[] = [];
  const whole = withField(model, fieldNumber.graphOfModel, (graph) =>
    withField(graph, fieldNumber.initializerOfGraph, (bytes) => {
      const tensor = ForeignTensorProto.decode(bytes) as unknown as ForeignTensor;
      const { location, offset, length } = placeOf(tensor);
      const file = location === undefined ? undefined : files.get(location);
      if (file === undefined) return bytes;
      const end = length === undefined ? file.length : offset + length;
      const expected = bytesOf(tensor);
      if (end > file.length || (expected !== null && end - offset !== expected)) {
        const message = `its tensor ${tensor.name} is not whole in ${location} (bytes ${offset} to ${end} of ${file.length})`;
        problems.push({ subject: location ?? '', message, hint: 'the files of one model, copied together' });
        return bytes;
      }
      return inlined(bytes, file.subarray(offset, end));
    }),
  );
  if (problems.length > 0) throw new FinalError('PAWL_IMPORT_REFUSED', 'The weights of the model are not with it.', { problems });
  return whole;
}

/** Of two values of a single field a reader takes the last, so that what says "elsewhere" need not be cut out. */
function inlined(tensor: Uint8Array, data: Uint8Array): Uint8Array {
  const kept = withField(tensor, fieldNumber.externalOfTensor, () => null);
  const here = protobuf.Writer.create()
    .uint32((fieldNumber.rawDataOfTensor << 3) | lengthDelimited)
    .bytes(data)
    .uint32((fieldNumber.locationOfTensor << 3) | varint)
    .int32(0)
    .finish();
  return Buffer.concat([kept, here]);
}

function placeOf(tensor: ForeignTensor): { readonly location?: string; readonly offset: number; readonly length?: number } {
  const said = new Map(tensor.external_data.map(({ key, value }) => [key, value]));
  const location = said.get('location');
  const length = said.get('length');
  return {
    ...(location === undefined ? {} : { location }),
    offset: Number(said.get('offset') ?? 0),
    ...(length === undefined ? {} : { length: Number(length) }),
  };
}

function bytesOf({ dims, data_type: type }: ForeignTensor): number | null {
  const size = elementBytes[type];
  return size === undefined ? null : dims.reduce<number>((product, dim) => product * (numberOf(dim) ?? 0), size);
}

/** A plain name: a model says itself where its weights are, and must not get at other files by it. */
function isBeside(file: string): boolean {
  return file !== '' && file !== '..' && file !== '.' && !/[/\\\0]/.test(file);
}
