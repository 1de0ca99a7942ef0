import { writeFile } from 'node:fs/promises';
import { FinalError } from '../errors.ts';

/** Writes what `--out` asks for; a file that is there is replaced. @throws FinalError PAWL_FILE_UNWRITABLE */
export async function writeOut(file: string, content: string): Promise<void> {
  await writeFile(file, content).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FinalError('PAWL_FILE_UNWRITABLE', `${file} cannot be written: ${why}.`, { cause });
  });
}
