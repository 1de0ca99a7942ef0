// npm run rules: checks the rules of the house (.dependency-cruiser.mjs) on the code as it runs.
//
// dependency-cruiser reads TypeScript through the compiler's API, which TypeScript 7 no longer has. So the sources are
// compiled to a scratch folder first; there `import type` is gone, and what is left are the imports that happen.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './inputs.mjs';

const scratch = mkdtempSync(path.join(tmpdir(), 'pawl-rules-'));
const modules = path.join(root, 'node_modules');

function run(cwd, script, ...args) {
  return spawnSync(process.execPath, [path.join(modules, ...script.split('/')), ...args], { cwd, encoding: 'utf8' });
}

try {
  const tsc = ['-p', 'tsconfig.json', '--noEmit', 'false', '--noCheck', '--outDir', scratch];
  const compiled = run(root, 'typescript/bin/tsc', ...tsc);
  if (compiled.status !== 0) throw new Error(`The sources do not compile:\n${compiled.stdout}${compiled.stderr}`);
  symlinkSync(modules, path.join(scratch, 'node_modules'));
  symlinkSync(path.join(root, 'package.json'), path.join(scratch, 'package.json'));
  const rooms = ['src', 'workflows', 'activities', 'workers', 'infra', 'bench', 'test'];
  const cruised = run(
    scratch,
    'dependency-cruiser/bin/dependency-cruise.mjs',
    '--config',
    path.join(root, '.dependency-cruiser.mjs'),
    ...rooms,
  );
  // The scratch folder's files are known to people by their sources' names.
  process.stdout.write(cruised.stdout.replaceAll(/(?<=[\w-])\.js\b(?!on)/g, '.ts'));
  process.stderr.write(cruised.stderr);
  process.exitCode = cruised.status ?? 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
