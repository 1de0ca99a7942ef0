import { readFileSync } from 'node:fs';
import type { PreparedRequests } from './load-client/plan.ts';
import type { Target } from './targets/target.ts';

/** Requests that are compared. */
const compared = 200;
const tolerance = 1e-6;

/**
 * Asks a target for some of the rows and compares.
 * @throws Error where it does not serve the model that the others serve.
 */
export async function checkScores(target: Target, expected: ArrayLike<number>): Promise<void> {
  const { path, requests } = JSON.parse(readFileSync(target.requestsFile, 'utf8')) as PreparedRequests;
  for (const [i, { headers, body }] of requests.slice(0, compared).entries()) {
    const response = await fetch(`http://127.0.0.1:${target.port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    const text = await response.text();
    const score = response.status === 200 ? target.scoreIn(JSON.parse(text)) : undefined;
    const right = expected[i] ?? NaN;
    if (score === undefined || !(Math.abs(score - right) <= tolerance))
      throw new Error(`${target.name} says ${text.slice(0, 200)} (status ${response.status}) where the model says ${right}.`);
  }
}
