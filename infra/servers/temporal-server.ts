import { Connection } from '@temporalio/client';
import { searchAttributes } from '../../src/messages/names.ts';
import { LeashedProcess } from '../processes/leashed.ts';
import { untilReady } from './readiness.ts';

export interface TemporalOptions {
  /** The Temporal CLI. */
  readonly executable: string;
  readonly port: number;
  /** null: no UI. */
  readonly uiPort: number | null;
  /** null: everything is forgotten when it stops. */
  readonly databaseFile: string | null;
  readonly logFile: string;
  readonly signal?: AbortSignal;
}

export interface TemporalServer {
  readonly process: LeashedProcess;
  readonly address: string;
}

/** Starts Temporal's development server on 127.0.0.1 and waits until its namespace `default` answers. */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  const { executable, port, uiPort, databaseFile, logFile } = options;
  const started = await LeashedProcess.start({
    command: executable,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'warn', '--log-format', 'json'],
      ...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort)]),
      ...(databaseFile === null ? [] : ['--db-filename', databaseFile]),
      ...searchAttributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ],
    stopSignal: 'SIGTERM',
    logFile,
  });
  const address = `127.0.0.1:${String(port)}`;
  try {
    await untilReady({ name: 'Temporal', process: started, logFile }, () => answers(address), {
      timeoutMs: 60_000,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    await started.stop(5000);
    throw error;
  }
  return { process: started, address };
}

async function answers(address: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: 1000 });
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    // The attributes are added after the port opens; a workflow that uses one before is refused.
    const found = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    return searchAttributes.every((name) => name in found.customAttributes);
  } finally {
    await connection.close();
  }
}
