import type { Part } from '../part.ts';
import { nullStreams } from './null-streams.ts';
import { shiftedStreams } from './shifted-streams.ts';

export const runDrift: Part = async (options) => {
  const nulls = await nullStreams(options);
  const shifted = await shiftedStreams(options);
  return {
    name: 'drift',
    bars: [...nulls.bars, ...shifted.bars],
    tables: [nulls.table, ...shifted.tables],
    raw: { nulls: nulls.raw, shifted: shifted.raw },
  };
};
