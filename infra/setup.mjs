// Makes a fresh clone ready to run, with nothing but Node.js and npm: the right Node.js, the packages of the lock file,
// a build that is not stale. Does nothing, and says nothing, when all of that is in place.
//   node infra/setup.mjs [--packages-only]
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const oldestNode = [20, 19];

checkNode();
if (packagesDiffer()) step('Installing the npm packages', npm('ci', '--no-audit', '--no-fund', '--loglevel=error'));
if (!process.argv.includes('--packages-only') && (await isStale())) {
  step('Building', [process.execPath, path.join(root, 'infra', 'build', 'build.mjs')]);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  if (enough) return;
  console.error(`pawl needs Node.js ${oldestNode.join('.')} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** Compares what npm says it installed with the lock file, by content: the times of files say little after a checkout. */
function packagesDiffer() {
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return true;
  const wanted = packagesOf(path.join(root, 'package-lock.json'));
  const there = packagesOf(installed);
  return Object.entries(wanted).some(([name, { version, optional }]) => {
    // A package for another platform is in the lock file and is never installed.
    if (name === '' || (there[name] === undefined && optional === true)) return false;
    return there[name]?.version !== version;
  });
}

function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

async function isStale() {
  const stamp = path.join(root, 'dist', '.built');
  if (!existsSync(stamp)) return true;
  const { inputsDigest } = await import('./build/inputs.mjs');
  return readFileSync(stamp, 'utf8') !== inputsDigest();
}

/** npm itself tells its scripts where it is; without it (node infra/setup.mjs) the one on PATH is taken. */
function npm(...args) {
  const script = process.env.npm_execpath;
  return script !== undefined && /\.c?js$/.test(script) ? [process.execPath, script, ...args] : ['npm', ...args];
}

function step(title, [command, ...args]) {
  const started = performance.now();
  console.error(`${title} …`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    // onnxruntime-node would fetch libraries for graphics cards; the ones for processors are in its package.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  if (status !== 0) {
    console.error(`${title} failed${error === undefined ? '' : `: ${error.message}`}.`);
    process.exit(1);
  }
  console.error(`${title}: done in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
}
