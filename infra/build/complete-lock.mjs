// npm run lock: fills the holes that `npm install` leaves in package-lock.json behind a registry mirror that does not
// carry other platforms' packages. `npm ci` refuses a lock file with holes, on every platform.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './inputs.mjs';

const systems = { darwin: 'darwin', linux: 'linux', linuxmusl: 'linux', win32: 'win32', windows: 'win32', android: 'android' };
for (const name of ['freebsd', 'openbsd', 'netbsd', 'openharmony', 'sunos', 'aix', 'wasm32']) systems[name] = name;
const processors = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el', 'wasm32'];

/** The optional packages that some package of the lock file names and that the lock file does not hold. */
export function holes(packages) {
  const found = new Map();
  for (const [place, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (placesFor(place, name).every((candidate) => packages[candidate] === undefined))
        found.set(`node_modules/${name}`, version);
    }
  }
  return found;
}

/** Where Node.js would look for a package, from the package at `place`. */
function placesFor(place, name) {
  const parts = place === '' ? [] : place.split('/node_modules/');
  return [
    ...parts.map((_, index) => `${parts.slice(0, index + 1).join('/node_modules/')}/node_modules/${name}`),
    `node_modules/${name}`,
  ];
}

/** An entry for a package of another platform, which is never installed here: npm needs only to know whose it is. */
function entryOf(name, version) {
  const words = name.replace(/^.*node_modules\//, '').split(/[/-]/);
  const os = words.map((word) => systems[word]).filter((word) => word !== undefined);
  const cpu = words.map((word) => word.replace(/^arm(eabi|v7|v6)?$/, 'arm')).filter((word) => processors.includes(word));
  const libc = words.includes('musl') || words.includes('linuxmusl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : [];
  if (os.length === 0 || !/^\d/.test(version)) return null;
  return {
    version,
    ...(cpu.length === 0 ? {} : { cpu }),
    ...(libc.length === 0 || os[0] !== 'linux' ? {} : { libc }),
    optional: true,
    os,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = path.join(root, 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  for (const [place, version] of holes(lock.packages)) {
    const entry = entryOf(place, version);
    if (entry === null) console.error(`${place} ${version} is missing, and its name does not say which platform it is for.`);
    else lock.packages[place] = entry;
  }
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
}
