// npm run build: compiles to dist/, puts SQL and .proto files beside the compiled code, makes the command executable,
// compiles the kernel of gbt, bundles the workflows ahead, and leaves nothing of files that are no more.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inputFiles, inputsDigest, root, rooms } from './inputs.mjs';
import { buildKernel, kernelFile } from './kernel.mjs';

const dist = path.join(root, 'dist');

/** Written last: it says which inputs dist/ was made from, so it may only stand beside a whole build. */
const stamp = path.join(dist, '.built');

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}

/** A module that reads such a file looks for it beside itself. */
function copyData() {
  for (const file of inputFiles().filter((name) => /\.(sql|proto)$/.test(name))) {
    mkdirSync(path.dirname(path.join(dist, file)), { recursive: true });
    copyFileSync(path.join(root, file), path.join(dist, file));
  }
}

function prune() {
  const wanted = new Set([kernelFile, ...inputFiles().map((file) => file.replace(/\.ts$/, '.js'))]);
  for (const room of rooms) {
    const folder = path.join(dist, room);
    if (!existsSync(folder)) continue;
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath ?? entry.path, entry.name);
      if (entry.isFile() && !wanted.has(path.relative(dist, file).replace(/\.map$/, ''))) rmSync(file);
    }
  }
}

const digest = inputsDigest();
rmSync(stamp, { force: true });
run(path.join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json');
copyData();
if (!buildKernel(dist)) process.exit(1);
prune();
const command = path.join(dist, 'src', 'cli', 'main.js');
if (existsSync(command)) chmodSync(command, 0o755);
run(path.join(root, 'infra', 'build', 'workflow-bundle.mjs'), path.join(dist, 'workflow-bundle.js'));
writeFileSync(stamp, digest);
