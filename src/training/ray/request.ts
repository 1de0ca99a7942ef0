import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Bytes of an answer that are read: Ray's logs are bounded by what pawl_ray.py passes on. */
const mostRead = 20_000_000;

/**
 * One HTTP request. Not by `fetch`: its Sec-Fetch headers cannot be left out, and Ray takes whoever sends them for a browser, which may
 * not write (ray/dashboard/optional_utils.py, is_browser_request, in 2.60).
 * Rejects where there is no answer within `patience` ms.
 */
export function request(
  url: string,
  options: { readonly method: string; readonly headers: Readonly<Record<string, string>>; readonly patience: number },
  body?: string | Uint8Array,
): Promise<Answer> {
  const { method, headers, patience } = options;
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const send = url.startsWith('https:') ? overHttps : overHttp;
  return new Promise((resolve, reject) => {
    const asked = send(url, { method, headers: { ...headers, ...length }, signal: AbortSignal.timeout(patience) }, (answer) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes <= mostRead) parts.push(part);
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }));
      answer.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
