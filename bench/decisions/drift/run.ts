import type { Part } from '../part.ts';

export const runDrift: Part = () => Promise.resolve({ name: 'drift', bars: [], tables: [], raw: null });
