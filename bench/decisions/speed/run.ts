import type { Part } from '../part.ts';

export const runSpeed: Part = () => Promise.resolve({ name: 'speed', bars: [], tables: [], raw: null });
