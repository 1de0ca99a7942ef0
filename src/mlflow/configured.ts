import type { Settings } from '../settings.ts';
import { MlflowServer } from './server.ts';

/** The MLflow server that the settings name; null where they name none. */
export function configuredMlflow({ PAWL_MLFLOW_URL: url, PAWL_MLFLOW_TOKEN: token }: Settings): MlflowServer | null {
  return url === undefined ? null : new MlflowServer(url, token);
}
