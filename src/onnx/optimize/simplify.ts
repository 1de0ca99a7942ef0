import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';

/**
 * The same model as ONNX Runtime simplifies it where only operators of the standard may come out of it: constants folded, nodes
 * joined that do one thing. A gateway does the same when it loads a model; done before, the file is smaller and loads faster.
 */
export async function simplified(artifact: Uint8Array): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-simplify-'));
  const path = join(folder, 'model.onnx');
  try {
    const session = await ort.InferenceSession.create(artifact, {
      // Beyond `basic` come operators that only ONNX Runtime knows, and only some processors.
      graphOptimizationLevel: 'basic',
      optimizedModelFilePath: path,
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    });
    await session.release();
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
