import { FinalError } from '../errors.ts';
import type { RunEvent } from '../lineage/run-event.ts';
import type { LineageSink } from '../lineage/sink.ts';
import { MlflowRefusal, type MlflowServer } from '../mlflow/server.ts';
import { trackVersion, type VersionMessage } from '../mlflow/track-version.ts';
import type { Receiver } from '../registry/outbox.ts';
import type { Registry } from '../registry/registry.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Send } from './outbox-sender.ts';

/** What MLflow says of a request that no repetition gets through; who pawl is, and what it may, is set right by people. */
const faults: readonly string[] = ['INVALID_PARAMETER_VALUE', 'BAD_REQUEST', 'MALFORMED_REQUEST'];

/** How each receiver that is named takes its messages. */
export function receiversOf(
  { registry, store }: { readonly registry: Registry; readonly store: ObjectStore },
  named: { readonly lineage: LineageSink | null; readonly mlflow: MlflowServer | null },
): Partial<Record<Receiver, Send>> {
  const { lineage, mlflow } = named;
  return {
    ...(lineage === null ? {} : { openlineage: ({ message }) => lineage.send(message as RunEvent) }),
    ...(mlflow === null
      ? {}
      : {
          mlflow: async ({ model, message }) => {
            try {
              await trackVersion({ registry, store, server: mlflow }, model, message as VersionMessage);
              return 'sent';
            } catch (error) {
              const isFinal = error instanceof MlflowRefusal ? faults.includes(error.reason) : error instanceof FinalError;
              if (!isFinal) throw error;
              return { refused: (error as Error).message };
            }
          },
        }),
  };
}
