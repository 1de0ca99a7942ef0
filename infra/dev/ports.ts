import { FinalError, type Problem } from '../../src/errors.ts';
import { freePort, isFree } from '../servers/free-port.ts';

/** The ports of 127.0.0.1 that the dev stack listens on. */
export interface Ports {
  readonly gateway: number;
  /** Where the gateway speaks gRPC. */
  readonly grpc: number;
  readonly postgres: number;
  readonly temporal: number;
  readonly temporalUi: number;
}

interface PortName {
  readonly usual: number;
  readonly variable: string;
  readonly who: string;
}

export const portNames: Readonly<Record<keyof Ports, PortName>> = {
  gateway: { usual: 8460, variable: 'PAWL_GATEWAY_PORT', who: 'the gateway' },
  grpc: { usual: 8461, variable: 'PAWL_GRPC_PORT', who: "the gateway's gRPC" },
  postgres: { usual: 8462, variable: 'PAWL_DEV_POSTGRES_PORT', who: 'Postgres' },
  temporal: { usual: 7233, variable: 'PAWL_DEV_TEMPORAL_PORT', who: 'Temporal' },
  temporalUi: { usual: 8233, variable: 'PAWL_DEV_TEMPORAL_UI_PORT', who: "Temporal's UI" },
};

export interface PortChoice {
  /** Wins over the environment, which wins over the usual ones. */
  readonly ports?: Partial<Ports>;
  readonly env: NodeJS.ProcessEnv;
  /** What to do about a port that somebody else listens on: say so, or take another one. */
  readonly whenTaken: 'refuse' | 'move';
}

/** @throws FinalError PAWL_PORT_TAKEN with every port that is taken, PAWL_SETTINGS_INVALID for what is no port. */
export async function choosePorts(choice: PortChoice): Promise<Ports> {
  const names = Object.keys(portNames) as (keyof Ports)[];
  const wanted = new Map(names.map((name) => [name, wantedPort(name, choice)]));
  const problems: Problem[] = [];
  const chosen = new Set<number>();
  for (const [name, port] of wanted) {
    const { who, variable } = portNames[name];
    const twice = chosen.has(port);
    if (!twice && (await isFree(port))) {
      chosen.add(port);
    } else if (choice.whenTaken === 'move') {
      const other = await freePort();
      wanted.set(name, other);
      chosen.add(other);
    } else {
      const hint = `set ${variable} to a free port`;
      problems.push({
        subject: variable,
        message: `${who} needs port ${String(port)}, which ${twice ? 'another part has' : 'is taken'}`,
        hint,
      });
    }
  }
  if (problems.length > 0) throw new FinalError('PAWL_PORT_TAKEN', 'The dev stack cannot listen.', { problems });
  return Object.fromEntries(wanted) as unknown as Ports;
}

function wantedPort(name: keyof Ports, { ports, env }: PortChoice): number {
  const { usual, variable } = portNames[name];
  const named = env[variable];
  const port = ports?.[name] ?? (named === undefined || named === '' ? usual : Number(named));
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  const message = `${variable}=${String(named ?? port)} is not a port`;
  throw new FinalError('PAWL_SETTINGS_INVALID', 'The environment is malformed.', {
    problems: [{ subject: variable, message, hint: 'a number from 1 to 65535' }],
  });
}
