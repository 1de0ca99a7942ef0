import type { Part } from '../part.ts';

export const runRamps: Part = () => Promise.resolve({ name: 'ramps', bars: [], tables: [], raw: null });
