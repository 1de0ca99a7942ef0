import { packageFile } from '../../package-root.ts';
import { marker } from './process-group.ts';

/** What a command finds of the worker's environment: enough to run programs, none of the secrets of the worker. */
const kept =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_.*|TZ|LD_LIBRARY_PATH|DYLD_.*|PYTHON.*|VIRTUAL_ENV|CONDA_.*|PYENV_.*|SSL_CERT_.*|CUDA_.*|NVIDIA_.*|R_.*|JAVA_HOME)$/;

/** Every library that has threads of its own reads one of these. */
const threadVariables = [
  'OMP_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'MKL_NUM_THREADS',
  'BLIS_NUM_THREADS',
  'VECLIB_MAXIMUM_THREADS',
  'NUMEXPR_NUM_THREADS',
  'RAYON_NUM_THREADS',
];

/**
 * What tells libraries how many threads to use. OpenMP's sleep while they wait: spinning ones take each other's processor where there
 * are as many as cores, and a training that takes two seconds takes forty.
 */
export function threadEnvironment(threads: number): Record<string, string> {
  return { ...Object.fromEntries(threadVariables.map((name) => [name, String(threads)])), OMP_WAIT_POLICY: 'passive' };
}

/**
 * The environment of a command.
 * @param named variables of the worker that the command gets as well
 */
export function commandEnvironment(
  worker: NodeJS.ProcessEnv,
  about: {
    readonly named: readonly string[];
    readonly threads: number;
    readonly jobPath: string;
    readonly scratch: string;
    readonly mark: string;
  },
): Record<string, string> & { [marker]: string } {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(worker)) {
    if (value !== undefined && (kept.test(name) || about.named.includes(name))) environment[name] = value;
  }
  const path = [packageFile('infra/python'), worker['PYTHONPATH']].filter((part) => part !== undefined && part !== '');
  return {
    ...environment,
    ...threadEnvironment(about.threads),
    PYTHONPATH: path.join(':'),
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    TMPDIR: about.scratch,
    PAWL_JOB: about.jobPath,
    [marker]: about.mark,
  };
}
