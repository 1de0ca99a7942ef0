import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { FinalError } from '../errors.ts';

/** The body of a request as JSON. @throws FinalError PAWL_REQUEST_MALFORMED */
export function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new FinalError('PAWL_REQUEST_MALFORMED', 'The body is not UTF-8.');
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch (error) {
    throw new FinalError(
      'PAWL_REQUEST_MALFORMED',
      `The body is no JSON: ${error instanceof Error ? error.message : String(error)}.`,
      { cause: error },
    );
  }
}

/** The whole body. @throws FinalError PAWL_REQUEST_TOO_LARGE, PAWL_REQUEST_MALFORMED where the caller hangs up before its end */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = () => new FinalError('PAWL_REQUEST_TOO_LARGE', `The body is larger than ${limit} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      // What is already on its way is read and thrown away, so that the caller gets to see the answer.
      if (bytes > limit) reject(tooLarge());
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
    const hungUp = () => reject(new FinalError('PAWL_REQUEST_MALFORMED', 'The caller hung up before the end of the body.'));
    request.on('error', hungUp);
    request.on('close', hungUp);
  });
}
