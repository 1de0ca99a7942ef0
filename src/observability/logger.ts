import { pino, type DestinationStream, type Logger } from 'pino';

/**
 * The one logger of a process: JSON lines with the process' name, times as ISO 8601 and levels by name. Everything else takes
 * a logger by parameter.
 */
export function createLogger(name: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    name,
    level,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
