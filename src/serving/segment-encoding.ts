import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { FeatureColumn, RowReader } from './feature-column.ts';
import { codesOf, valueCode, type LoggedFeature } from './feature-log.ts';
import { blockFormat } from './row-block.ts';
import { readBlocks, type ReadBlock } from './row-block-reader.ts';
import { survey, type SegmentSurvey } from './segment-survey.ts';

/** Rows of a row group: what is held as columns at a time, and the least that a reader of the newest rows has to read. */
const groupRows = 16_384;
/** A column of more distinct values (in a row group) is written as it is: a dictionary would cost more time than it saves room. */
const dictionaryBytes = 8192;

/** The key of the list of `VersionSchema` among the file's metadata, as JSON. */
export const schemasKey = 'pawl.schemas';

export interface EncodedSegment {
  readonly model: string;
  readonly rows: number;
  /** Bytes at the file's end that were not readable. */
  readonly damagedBytes: number;
  /** The Parquet file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

type Column = Parameters<typeof schemaFromColumnData>[0]['columnData'][number];

/**
 * A spool file as Parquet, the same bytes for the same file. Columns: id, model, version, revision, role, key, at (ms, UTC),
 * score (null for the default answer), prediction, and `feature.<name>` for each feature that any of the versions logs: DOUBLE,
 * BOOLEAN or STRING, and STRING where the versions do not agree. Numbers and ids are not compressed: it would take more time than
 * all the rest.
 */
export function encodeSegment(file: Uint8Array): EncodedSegment | { readonly rows: 0; readonly damagedBytes: number } {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const { blocks, damagedBytes } = readBlocks(bytes);
  const [first] = blocks;
  if (first === undefined) return { rows: 0, damagedBytes };
  const writer = new SegmentWriter(first.model, blocks, new RowReader(bytes));
  for (const block of blocks) writer.write(block);
  return { model: first.model, damagedBytes, ...writer.finish() };
}

class SegmentWriter {
  readonly #model: string;
  readonly #reader: RowReader;
  readonly #survey: SegmentSurvey;
  readonly #features: readonly FeatureColumn[];
  readonly #output: ByteWriter;
  readonly #parquet: ParquetWriter;
  readonly #group;
  /** In the row group that is being filled. */
  #rows = 0;

  constructor(model: string, blocks: readonly ReadBlock[], reader: RowReader) {
    this.#model = model;
    this.#reader = reader;
    this.#survey = survey(blocks, reader);
    const rows = Math.min(this.#survey.rows, groupRows);
    this.#features = this.#survey.features.map(({ name, type, nullable }) => new FeatureColumn(name, type, nullable, rows));
    this.#group = groupOf(rows);
    this.#output = new ByteWriter(reader.bytes.length);
    this.#parquet = new ParquetWriter({
      writer: this.#output,
      schema: schemaFromColumnData({ columnData: this.#columns(0) }),
      kvMetadata: [{ key: schemasKey, value: JSON.stringify(this.#survey.versions) }],
      createdBy: 'pawl',
    });
  }

  write(block: ReadBlock): void {
    const reader = this.#reader;
    const group = this.#group;
    const plans = block.schemas.map((features) => this.#planOf(features));
    reader.at = block.start;
    for (let read = 0; read < block.rows; read++) {
      const row = this.#rows;
      const { view, at } = reader;
      const plan = plans[view.getUint16(at, true)] as Planned[];
      const flags = view.getUint8(at + 3);
      group.roles[row] = blockFormat.roles[view.getUint8(at + 2)] as string;
      group.versions[row] = view.getUint32(at + 4, true);
      group.revisions[row] = view.getUint32(at + 8, true);
      group.at[row] = BigInt(Math.trunc(view.getFloat64(at + 12, true)));
      group.scores[row] = view.getFloat64(at + 20, true);
      reader.at += blockFormat.fixedBytes;
      group.ids[row] = reader.utf8();
      group.keys[row] = (flags & blockFormat.hasKey) === 0 ? null : reader.utf8();
      group.predictions[row] = (flags & blockFormat.numberPrediction) === 0 ? reader.text() : String(reader.float());
      for (let i = 0; i < plan.length; i++) {
        const { column, code } = plan[i] as Planned;
        column.take(row, code, reader);
      }
      if (++this.#rows === groupRows) this.#flush();
    }
  }

  finish(): Pick<EncodedSegment, 'rows' | 'bytes'> {
    this.#flush();
    void this.#parquet.finish();
    return { rows: this.#survey.rows, bytes: this.#output.getBytes() };
  }

  #planOf(features: readonly LoggedFeature[]): Planned[] {
    const codes = codesOf(features);
    return features.flatMap(({ name }, i) => {
      const column = this.#features.find((one) => one.name === name);
      const code = codes[i] as number;
      return column === undefined || code === valueCode.drop ? [] : [{ column, code }];
    });
  }

  #flush(): void {
    const rows = this.#rows;
    if (rows === 0) return;
    // One page a column: readers of a row group read all of it anyway.
    void this.#parquet.write({
      columnData: this.#columns(rows),
      rowGroupSize: rows,
      pageSize: 0,
      dictionarySize: dictionaryBytes,
    });
    for (const feature of this.#features) feature.clear();
    this.#rows = 0;
  }

  #columns(rows: number): Column[] {
    const { ids, versions, revisions, roles, keys, at, scores, predictions } = this.#group;
    const { keyNullable, scoreNullable } = this.#survey;
    const plain = { codec: 'UNCOMPRESSED', encoding: 'PLAIN' } as const;
    const text = { type: 'STRING', nullable: false, statistics: false } as const;
    const integer = { type: 'INT32', nullable: false, statistics: false } as const;
    const score = scores.subarray(0, rows);
    return [
      // Never compressed, so that whoever looks for an id needs not read the column to see that it is not there.
      { name: 'id', data: ids.slice(0, rows), ...text, ...plain },
      { name: 'model', data: Array<string>(rows).fill(this.#model), ...text },
      { name: 'version', data: versions.subarray(0, rows), ...integer },
      { name: 'revision', data: revisions.subarray(0, rows), ...integer },
      { name: 'role', data: roles.slice(0, rows), ...text },
      { name: 'key', data: keys.slice(0, rows), ...text, nullable: keyNullable },
      { name: 'at', data: at.subarray(0, rows), type: 'TIMESTAMP', nullable: false, ...plain },
      {
        name: 'score',
        data: scoreNullable ? Array.from(score, (value) => (Number.isNaN(value) ? null : value)) : score,
        type: 'DOUBLE',
        nullable: scoreNullable,
        statistics: false,
        ...plain,
      },
      { name: 'prediction', data: predictions.slice(0, rows), ...text },
      ...this.#features.map(({ name, type, nullable }, i): Column => ({
        name: `feature.${name}`,
        data: this.#features[i]?.values(rows) ?? [],
        type,
        nullable,
        statistics: false,
        codec: type === 'STRING' ? 'SNAPPY' : 'UNCOMPRESSED',
      })),
    ];
  }
}

interface Planned {
  readonly column: FeatureColumn;
  readonly code: number;
}

function groupOf(rows: number) {
  return {
    ids: Array<Uint8Array>(rows),
    versions: new Int32Array(rows),
    revisions: new Int32Array(rows),
    roles: Array<string>(rows),
    keys: Array<Uint8Array | null>(rows),
    at: new BigInt64Array(rows),
    scores: new Float64Array(rows),
    predictions: Array<string>(rows),
  };
}
