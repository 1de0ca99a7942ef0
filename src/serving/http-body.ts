import type { IncomingMessage } from 'node:http';
import { FinalError } from '../errors.ts';

/**
 * The body of a request as JSON.
 * @throws FinalError PAWL_REQUEST_TOO_LARGE, PAWL_REQUEST_MALFORMED
 */
export async function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  const bytes = await readBody(request, limit);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new FinalError('PAWL_REQUEST_MALFORMED', 'The body is not UTF-8.', { cause: error });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new FinalError(
      'PAWL_REQUEST_MALFORMED',
      `The body is no JSON: ${error instanceof Error ? error.message : String(error)}.`,
      { cause: error },
    );
  }
}

function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
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
