import { writeFileSync } from 'node:fs';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { Random } from '../../../src/training/random.ts';
import { categories, numbers } from './columns.ts';

/**
 * Writes so many rows as Parquet, compressed by Snappy. The same seed gives the same rows.
 * @param shift of the first three kinds of numbers, in their own units: 0 for a reference
 */
export function writeRows(file: string, rows: number, seed: number, shift: number): void {
  const random = new Random(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const draws = [
    (moved: number) => 10 + 3 * normal() + moved,
    (moved: number) => Math.exp(0.8 * normal()) + moved,
    (moved: number) => Math.round(100 * (50 * -Math.log(1 - random.next()) + moved)) / 100,
    () => random.below(100),
  ];
  const columnData = numbers.map((name, i) => {
    const draw = draws[i % draws.length] ?? normal;
    // The first of each kind moves, and every fifth column has a fiftieth of its values missing.
    const [moved, missing] = [i < draws.length ? shift : 0, i % 5 === 4 ? 0.02 : 0];
    const data = Array.from({ length: rows }, () => (missing > 0 && random.next() < missing ? null : draw(moved)));
    return { name, data, type: 'DOUBLE' as const, nullable: missing > 0 };
  });
  const texts = categories.map((name, i) => {
    const levels = Array.from({ length: 3 + 8 * i }, (_, level) => `level ${level}`);
    const pick = () => levels[Math.min(levels.length - 1, Math.floor(-3 * Math.log(1 - random.next())))] ?? '';
    return { name, data: Array.from({ length: rows }, pick), type: 'STRING' as const, nullable: false };
  });
  writeFileSync(file, new Uint8Array(parquetWriteBuffer({ columnData: [...columnData, ...texts], codec: 'SNAPPY' })));
}
