import { TransientError } from '../errors.ts';

/**
 * The work's own end, or, where it takes longer, a rejection; what comes of it then is nobody's concern any more.
 * @throws TransientError PAWL_DEADLINE_EXCEEDED
 */
export function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new TransientError('PAWL_DEADLINE_EXCEEDED', `The version did not answer within ${ms} ms.`)),
      ms,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
