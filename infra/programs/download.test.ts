import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { downloadedArchive } from './download.ts';
import { run } from './run.ts';

let folder: string;
let server: Server;
let url: string;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'pawl-download-'));
  mkdirSync(path.join(folder, 'tool_v1'));
  writeFileSync(path.join(folder, 'tool_v1', 'tool'), 'the program');
  await run('tar', ['-czf', path.join(folder, 'tool.tar.gz'), '-C', folder, 'tool_v1']);
  server = createServer((request, response) => {
    if (request.url !== '/tool.tar.gz') response.writeHead(404).end();
    else response.end(readFileSync(path.join(folder, 'tool.tar.gz')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function work() {
  const scratch = path.join(folder, 'scratch');
  mkdirSync(scratch);
  return { scratch, say: () => undefined, env: process.env, signal: new AbortController().signal };
}

it('takes the program out of the archive that a server offers', async () => {
  const made = await downloadedArchive(`${url}/tool.tar.gz`, 'tool_v1/tool').make(work());
  expect(readFileSync(made.executable, 'utf8')).toBe('the program');
});

it('gives the status when the server has no such archive', async () => {
  await expect(downloadedArchive(`${url}/other.tar.gz`, 'tool').make(work())).rejects.toThrow(/answered 404/);
});

it('says so when the server is out of reach', async () => {
  await new Promise((resolve) => server.close(resolve));
  await expect(downloadedArchive(`${url}/tool.tar.gz`, 'tool').make(work())).rejects.toThrow(/is out of reach: .*ECONNREFUSED/);
});
