import { FinalError, TransientError } from '../errors.ts';

/** How long the server may take to begin an answer, and to finish one, ms. */
const patience = 60_000;

/** What the server says when it does not do what it was asked. */
export class MlflowRefusal extends FinalError {
  /** MLflow's own, such as RESOURCE_DOES_NOT_EXIST; '' where it gave none. */
  readonly reason: string;

  constructor(message: string, reason: string) {
    super('PAWL_MLFLOW_REFUSED', message);
    this.reason = reason;
  }
}

/** An MLflow tracking server by its REST API (mlflow.org/docs/latest/rest-api.html). Version 2.3 or later, for aliases. */
export class MlflowServer {
  /** Without a name and password, and without a slash at its end. */
  readonly url: string;
  readonly #authorization: Readonly<Record<string, string>>;

  /** @param url may carry a name and a password; `token` is sent as a bearer's */
  constructor(url: string, token?: string) {
    const { username, password, href } = new URL(url);
    const bare = new URL(href);
    bare.username = '';
    bare.password = '';
    this.url = bare.href.replace(/\/+$/, '');
    const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
    const authorization = token !== undefined ? `Bearer ${token}` : username === '' ? null : `Basic ${basic}`;
    this.#authorization = authorization === null ? {} : { authorization };
  }

  /**
   * Calls `api/2.0/mlflow/<route>`: with a body as POST, else as GET.
   * @throws MlflowRefusal, TransientError PAWL_MLFLOW_UNAVAILABLE
   */
  async call<T>(
    route: string,
    { query = {}, body, signal }: { query?: Readonly<Record<string, string>>; body?: unknown; signal?: AbortSignal },
  ): Promise<T> {
    const response = await this.#fetch(`api/2.0/mlflow/${route}`, query, signal, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json' },
    });
    const said = await text(response);
    try {
      return JSON.parse(said) as T;
    } catch (cause) {
      // A proxy in between, or another program at that address.
      throw new TransientError('PAWL_MLFLOW_UNAVAILABLE', `${this.url} answers with what is no JSON, and so no MLflow.`, {
        cause,
      });
    }
  }

  /**
   * A file of a registered version, whichever store the server keeps it in.
   * @param most bytes that are taken
   * @throws MlflowRefusal, TransientError PAWL_MLFLOW_UNAVAILABLE
   */
  async file(
    version: { readonly name: string; readonly version: string },
    path: string,
    most: number,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    const response = await this.#fetch('model-versions/get-artifact', { ...version, path }, signal, {});
    const parts: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const part of response.body ?? []) {
        size += (part as Uint8Array).length;
        if (size > most) throw new MlflowRefusal(`${path} of ${version.name} has more than ${most} bytes.`, '');
        parts.push(part as Uint8Array);
      }
    } catch (cause) {
      if (cause instanceof MlflowRefusal) throw cause;
      throw this.#away(cause);
    }
    return Buffer.concat(parts);
  }

  /** Puts a file among a run's artifacts. @param path below the root that the server serves artifacts from */
  async put(path: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    const escaped = path.split('/').map(encodeURIComponent).join('/');
    const response = await this.#fetch(`api/2.0/mlflow-artifacts/artifacts/${escaped}`, {}, signal, {
      method: 'PUT',
      body: Buffer.from(bytes),
    });
    await text(response);
  }

  async #fetch(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
    init: Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> },
  ): Promise<Response> {
    const parameters = new URLSearchParams(query).toString();
    const limits = [AbortSignal.timeout(patience), ...(signal === undefined ? [] : [signal])];
    const response = await fetch(`${this.url}/${path}${parameters === '' ? '' : `?${parameters}`}`, {
      ...init,
      headers: { ...init.headers, ...this.#authorization },
      signal: AbortSignal.any(limits),
    }).catch((cause: unknown) => {
      signal?.throwIfAborted();
      throw this.#away(cause);
    });
    if (response.ok) return response;
    const said = await text(response);
    const { message, reason } = explanation(said, `HTTP ${response.status}`);
    if (response.status >= 500 || response.status === 429)
      throw new TransientError('PAWL_MLFLOW_UNAVAILABLE', `MLflow at ${this.url} answers ${response.status}: ${message}`);
    throw new MlflowRefusal(message, reason);
  }

  #away(cause: unknown): TransientError {
    const { code } = ((cause as Error).cause ?? cause) as { code?: unknown };
    const because = typeof code === 'string' ? code : (cause as Error).message;
    return new TransientError('PAWL_MLFLOW_UNAVAILABLE', `MLflow at ${this.url} does not answer (${because}).`, { cause });
  }
}

/** An answer that breaks off is none. */
async function text(response: Response): Promise<string> {
  return response.text().catch((cause: unknown) => {
    throw new TransientError('PAWL_MLFLOW_UNAVAILABLE', 'The answer of MLflow broke off.', { cause });
  });
}

function explanation(body: string, otherwise: string): { message: string; reason: string } {
  try {
    const { message, error_code: reason } = JSON.parse(body) as { message?: unknown; error_code?: unknown };
    return {
      message: typeof message === 'string' ? message : otherwise,
      reason: typeof reason === 'string' ? reason : '',
    };
  } catch {
    return { message: otherwise, reason: '' };
  }
}
