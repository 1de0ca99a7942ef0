import type { LoggedFeature } from './feature-log.ts';
import { blockChecksum, blockFormat, type BlockSchema } from './row-block.ts';

/** A whole block of a spool file. */
export interface ReadBlock extends BlockSchema {
  readonly rows: number;
  /** Where its rows begin in the file, and where they end. */
  readonly start: number;
  readonly end: number;
}

/** The blocks of a spool file up to the first that a crash has torn, and the bytes of it and behind it. */
export function readBlocks(file: Buffer): { blocks: ReadBlock[]; damagedBytes: number } {
  const blocks: ReadBlock[] = [];
  let at = 0;
  for (let block = readBlock(file, at); block !== null; block = readBlock(file, at)) {
    blocks.push(block.read);
    at = block.next;
  }
  return { blocks, damagedBytes: file.length - at };
}

function readBlock(file: Buffer, at: number): { read: ReadBlock; next: number } | null {
  const { magic, headerBytes, crcAt } = blockFormat;
  if (at + headerBytes > file.length || file.readUInt32LE(at) !== magic) return null;
  const start = at + headerBytes;
  const end = start + file.readUInt32LE(at + 4);
  const next = end + file.readUInt32LE(at + 8);
  if (next > file.length || file.readUInt32LE(at + crcAt) !== blockChecksum(file.subarray(at, next))) return null;
  const { model, schemas } = JSON.parse(file.toString('utf8', end, next)) as {
    model: string;
    schemas: LoggedFeature[][];
  };
  return { read: { model, schemas, rows: file.readUInt32LE(at + 12), start, end }, next };
}
