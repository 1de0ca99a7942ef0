import { Context } from '@temporalio/activity';

/** What a long activity says of itself with every heartbeat. */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

/** Heartbeats typed progress; Temporal throttles them, so calling often is cheap. */
export function heartbeat(progress: Progress): void {
  Context.current().heartbeat(progress);
}

/** Keeps an activity alive that is busy in one long call, until the returned function is called. */
export function keepAlive(phase: string): () => void {
  const timer = setInterval(() => heartbeat({ phase, done: 0, total: 1 }), 1000);
  heartbeat({ phase, done: 0, total: 1 });
  return () => clearInterval(timer);
}

/** Keeps an activity alive while it looks whether there is anything to do. */
export async function whileAlive<T>(look: () => Promise<T>): Promise<T> {
  const stop = keepAlive('look');
  try {
    return await look();
  } finally {
    stop();
  }
}

/** Aborted when the activity is cancelled or its worker shuts down. */
export function cancellation(): AbortSignal {
  return Context.current().cancellationSignal;
}
