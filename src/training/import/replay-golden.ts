import { FinalError, type Problem } from '../../errors.ts';
import { OnnxModel } from '../../onnx/model.ts';
import { scoresPerRow } from '../../onnx/signature.ts';
import { type ParsedRow, RowParser } from '../../serving/row-parsing.ts';
import { furthestScore, goldenTolerance } from '../golden.ts';
import type { GoldenFile } from './golden-file.ts';

/** What is kept of golden rows that an import was held to. */
export interface GoldenReplay {
  readonly file: string;
  readonly rows: number;
  /** The greatest difference of a score from that of the file; relative where it is beyond 1. */
  readonly greatest_difference: number;
}

/** Rows scored at a time. */
const batch = 1000;
/** Rows whose mistakes are told. */
const mostTold = 5;

/**
 * Scores golden rows as a gateway would, and holds the scores to those of the file.
 * @param onnx an artifact of pawl's
 * @throws FinalError PAWL_IMPORT_REFUSED where a row is none of the model's, or a score is further off than 1e-5
 */
export async function replayGolden(onnx: Uint8Array, { file, rows, scores }: GoldenFile): Promise<GoldenReplay> {
  const refuse = (because: string, problems: readonly Problem[]) =>
    new FinalError('PAWL_IMPORT_REFUSED', `The golden rows of ${file} ${because}.`, { problems: problems.slice(0, mostTold) });
  const model = await OnnxModel.open(onnx);
  try {
    const { signature } = model;
    const perRow = scoresPerRow(signature);
    const parser = new RowParser(signature);
    const problems: Problem[] = [];
    const parsed = rows.flatMap((row, i) => parsedRow(parser, row, i, problems) ?? []);
    for (const [i, score] of scores.entries()) {
      const own = Array.isArray(score) ? score.length : 1;
      if (own === perRow && Array.isArray(score) === perRow > 1) continue;
      const hint =
        perRow === 1 ? 'a number for each row' : `a list for each row, one for each of ${(signature.classes ?? []).join(', ')}`;
      problems.push({
        subject: `scores.${i}`,
        message: `scores.${i} is not ${perRow === 1 ? 'a number' : `a list of ${perRow}`}`,
        hint,
      });
    }
    if (problems.length > 0) throw refuse('are not those of the model', problems);

    const replayed = new Float32Array(rows.length * perRow);
    for (let start = 0; start < rows.length; start += batch)
      replayed.set(await model.runRows(parsed.slice(start, start + batch)), start * perRow);
    const golden = scores.flat();
    const { difference, at } = furthestScore(golden, replayed);
    if (difference <= goldenTolerance) return { file, rows: rows.length, greatest_difference: difference };
    const row = Math.floor(at / perRow);
    throw refuse('score otherwise', [
      {
        subject: `rows.${row}`,
        message: `row ${row} of the file, counted from 0, scores ${replayed[at]} by the graph and ${golden[at]} by the file`,
        hint: `at most ${goldenTolerance} apart; a graph of float32 that is fed float64, another order of classes or other missing values are the usual causes`,
      },
    ]);
  } finally {
    await model.release();
  }
}

function parsedRow(parser: RowParser, row: unknown, i: number, problems: Problem[]): [ParsedRow] | null {
  const own: Problem[] = [];
  const parsed = parser.parse(row, own);
  for (const { message, hint } of own)
    problems.push({ subject: `rows.${i}`, message: `rows.${i}: ${message}`, ...(hint === undefined ? {} : { hint }) });
  return parsed === null ? null : [parsed];
}
