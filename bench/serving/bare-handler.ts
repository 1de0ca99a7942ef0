// The yardstick: what a gateway in Node could do at best with the same model, nothing checked, nothing counted, nothing kept.
// node:http, JSON.parse, and one call of ONNX Runtime for all requests that one turn of the event loop brought.
import { createServer, type ServerResponse } from 'node:http';
import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { columns } from './model/columns.ts';
import { plainInput } from './model/plain-graph.ts';

const [modelFile = '', port = '0'] = process.argv.slice(2);
const session = await ort.InferenceSession.create(readFileSync(modelFile), { intraOpNumThreads: 1, interOpNumThreads: 1 });
const width = columns.length;

interface Waiting {
  readonly row: Readonly<Record<string, number>>;
  readonly response: ServerResponse;
}
let waiting: Waiting[] = [];

async function score(batch: readonly Waiting[]): Promise<void> {
  const matrix = new Float32Array(batch.length * width);
  batch.forEach(({ row }, i) => columns.forEach((name, j) => (matrix[i * width + j] = row[name] ?? NaN)));
  const feeds = { [plainInput]: new ort.Tensor('float32', matrix, [batch.length, width]) };
  const scores = (await session.run(feeds))['score']?.data as Float32Array;
  batch.forEach(({ response }, i) => {
    const score = scores[i] ?? NaN;
    const body = JSON.stringify({ prediction: score >= 0.5 ? '1' : '0', score });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { row = {} } = JSON.parse(chunks.length === 1 ? String(chunks[0]) : String(Buffer.concat(chunks))) as Partial<Waiting>;
    waiting.push({ row, response });
    if (waiting.length > 1) return;
    setImmediate(() => {
      const batch = waiting;
      waiting = [];
      void score(batch);
    });
  });
});
server.keepAliveTimeout = 65_000;
server.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
