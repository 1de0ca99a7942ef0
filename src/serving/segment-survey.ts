import { skipValue, type ColumnType, type RowReader } from './feature-column.ts';
import { codesOf, valueCode, type LoggedFeature } from './feature-log.ts';
import { blockFormat } from './row-block.ts';
import type { ReadBlock } from './row-block-reader.ts';

/** The features of one version in a segment, in the file's metadata: which nulls are missing values and which are no features. */
export interface VersionSchema {
  readonly version: number;
  readonly features: readonly LoggedFeature[];
}

/** What has to be known of all rows of a segment before its first column is written. */
export interface SegmentSurvey {
  readonly rows: number;
  readonly versions: readonly VersionSchema[];
  /** Each feature that any of the versions logs. */
  readonly features: readonly { readonly name: string; readonly type: ColumnType; readonly nullable: boolean }[];
  readonly keyNullable: boolean;
  readonly scoreNullable: boolean;
}

/**
 * Looks over all rows, because columns without nulls cost half. A feature is of one type in a file, so it is STRING where versions
 * do not agree.
 */
export function survey(blocks: readonly ReadBlock[], reader: RowReader): SegmentSurvey {
  const versions = new Map<string, VersionSchema>();
  const missing = new Set<string>();
  let rows = 0;
  let keyNullable = false;
  let scoreNullable = false;
  for (const block of blocks) {
    rows += block.rows;
    const codes = block.schemas.map(codesOf);
    const without = block.schemas.map((features) => new Uint8Array(features.length));
    const seen = block.schemas.map(() => new Set<number>());
    const { view } = reader;
    reader.at = block.start;
    for (let row = 0; row < block.rows; row++) {
      const schema = view.getUint16(reader.at, true);
      const flags = view.getUint8(reader.at + 3);
      seen[schema]?.add(view.getUint32(reader.at + 4, true));
      if (Number.isNaN(view.getFloat64(reader.at + 20, true))) scoreNullable = true;
      reader.at += blockFormat.fixedBytes;
      reader.skipText();
      if ((flags & blockFormat.hasKey) === 0) keyNullable = true;
      else reader.skipText();
      if ((flags & blockFormat.numberPrediction) === 0) reader.skipText();
      else reader.at += 8;
      const [own, absent] = [codes[schema], without[schema]];
      if (own === undefined || absent === undefined)
        throw new Error(`A row is of schema ${schema}, of which its block says nothing.`);
      for (let i = 0; i < own.length; i++) {
        const code = own[i] as number;
        if (code !== valueCode.drop && skipValue(code, reader)) absent[i] = 1;
      }
    }
    for (const [i, features] of block.schemas.entries()) {
      for (const version of seen[i] ?? []) versions.set(JSON.stringify([version, features]), { version, features });
      for (const [f, { name }] of features.entries()) if (without[i]?.[f] === 1) missing.add(name);
    }
  }
  const schemas = [...versions.values()];
  const features = [...columnsOf(schemas)].map(([name, type]) => {
    const everywhere = schemas.every((schema) => schema.features.some((one) => one.name === name && one.log !== 'drop'));
    return { name, type, nullable: missing.has(name) || !everywhere };
  });
  return { rows, versions: schemas, features, keyNullable, scoreNullable };
}

/** In the order in which the versions name them. */
function columnsOf(schemas: readonly VersionSchema[]): Map<string, ColumnType> {
  const columns = new Map<string, ColumnType>();
  for (const { name, type, log } of schemas.flatMap(({ features }) => features)) {
    if (log === 'drop') continue;
    const own = log === 'hash' || type === 'category' ? 'STRING' : type === 'boolean' ? 'BOOLEAN' : 'DOUBLE';
    const known = columns.get(name);
    columns.set(name, known === undefined || known === own ? own : 'STRING');
  }
  return columns;
}
