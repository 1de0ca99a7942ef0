// The load client: a process of its own, so that it takes no time from what it measures or from whoever reads its results.
import { readFileSync } from 'node:fs';
import { load } from './load.ts';
import type { LoadPlan, PreparedRequests } from './plan.ts';

const plan = JSON.parse(readFileSync(0, 'utf8')) as LoadPlan;
const { path, requests } = JSON.parse(readFileSync(plan.requestsFile, 'utf8')) as PreparedRequests;
const bytes = requests.map(({ headers, body }) => {
  const all = {
    host: `127.0.0.1:${plan.port}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${head.join('')}\r\n${body}`);
});
process.stdout.write(JSON.stringify(await load(plan, bytes)));
