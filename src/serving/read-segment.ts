import { PawlError } from '../errors.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { LoggedPrediction } from './logged-prediction.ts';
import { type LoggedColumn, Segment } from './segment.ts';

/** All rows of a segment; none where it was removed between listing and reading. */
export async function readSegment<K extends LoggedColumn>(
  store: ObjectStore,
  key: string,
  columns: readonly K[],
): Promise<Pick<LoggedPrediction, K>[]> {
  try {
    return await (await Segment.open(await store.get(key))).read(columns);
  } catch (error) {
    if (error instanceof PawlError && error.code === ('PAWL_OBJECT_NOT_FOUND' as string)) return [];
    throw error;
  }
}
