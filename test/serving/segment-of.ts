import { FeatureLog } from '../../src/serving/feature-log.ts';
import { RowBlock, type LogEntry } from '../../src/serving/row-block.ts';
import { encodeSegment } from '../../src/serving/segment-encoding.ts';
import { ValueHasher } from '../../src/serving/value-hasher.ts';

export type Logged = Omit<LogEntry, 'features' | 'row'> & Partial<Pick<LogEntry, 'features' | 'row'>>;

const none = FeatureLog.of({ features: [] }, {});

/** The bytes of a spool file with these rows, of one model, as one flush would write them. */
export function spooled(rows: readonly Logged[]): Uint8Array {
  const block = new RowBlock();
  const model = rows[0]?.model ?? '';
  const hasher = new ValueHasher(model, 'a secret of the tests');
  for (const row of rows) block.append({ features: none, row: [], ...row }, hasher, Infinity);
  return block.seal(model);
}

/** A segment with these rows, without features where they give none, as the log would write it. */
export function segmentOf(rows: readonly Logged[]): Uint8Array {
  const segment = encodeSegment(spooled(rows));
  if (!('bytes' in segment)) throw new Error('A segment has at least one row.');
  return segment.bytes;
}
