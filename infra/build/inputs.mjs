// What a build is made from, as one digest: a build is stale exactly when this has changed.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The rooms that are compiled; tests and examples' data are not. */
export const rooms = ['src', 'workflows', 'activities', 'workers', 'infra', 'bench', 'examples'];

const isInput = (file) => /\.(ts|mjs|sql|proto)$/.test(file) && !/\.(test|testsuite)\.ts$/.test(file);

/** Every input file, relative to the repository. */
export function inputFiles() {
  const files = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  // An image is built without the bench.
  for (const room of rooms.filter((name) => existsSync(path.join(root, name)))) {
    for (const entry of readdirSync(path.join(root, room), { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && isInput(entry.name))
        files.push(path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)));
    }
  }
  return files.sort();
}

export function inputsDigest() {
  const hash = createHash('sha256');
  for (const file of inputFiles()) {
    const { size, mtimeMs } = statSync(path.join(root, file));
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}
