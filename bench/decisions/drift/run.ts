import type { Part } from '../part.ts';
import { bikes } from './bikes.ts';
import { footprint } from './footprint.ts';
import { market } from './market.ts';
import { nullStreams } from './null-streams.ts';
import { ownBlocks } from './own-blocks.ts';
import { shiftedStreams } from './shifted-streams.ts';

/** Drift: how long until something is reported that is not there, and how soon what is there. */
export const runDrift: Part = async (options) => {
  const nulls = await nullStreams(options);
  const blocks = await ownBlocks(options);
  const shifted = await shiftedStreams(options);
  const electricity = await market(options);
  const demand = await bikes(options);
  const carried = footprint(options);
  return {
    name: 'drift',
    bars: [...nulls.bars, ...blocks.bars, ...shifted.bars, ...electricity.bars, ...demand.bars, ...carried.bars],
    tables: [nulls.table, blocks.table, ...shifted.tables, ...electricity.tables, ...demand.tables, carried.table],
    raw: {
      nulls: nulls.raw,
      blocks: blocks.raw,
      shifted: shifted.raw,
      electricity: electricity.raw,
      demand: demand.raw,
      carried: carried.raw,
    },
  };
};
