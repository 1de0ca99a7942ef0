import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchOnnx, resolveVersion } from './fetch-model.ts';
import { MlflowServer } from './server.ts';

/** A server that is not well, or not MLflow; test/mlflow.test.ts has the real one. */
describe('a server that misbehaves', () => {
  let server: Server;
  let host: string;
  let status = 200;
  let body = '';
  let last: IncomingMessage | null = null;
  const at = () => new MlflowServer(`http://${host}`);
  const answering = (code: number, text: string) => ([status, body] = [code, text]);

  beforeAll(async () => {
    server = createServer((request, response) => {
      last = request;
      request.resume().on('end', () => response.writeHead(status).end(body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is told who asks by a name and password or by a token, and neither is part of what is shown', async () => {
    answering(200, '{}');
    const named = new MlflowServer(`http://team%40a:s%3Acret@${host}/`);
    await named.call('x', {});
    expect(last?.headers.authorization).toBe(`Basic ${Buffer.from('team@a:s:cret').toString('base64')}`);
    expect(named.url).toBe(`http://${host}`);
    await new MlflowServer(`http://${host}`, 'token').call('x', {});
    expect(last?.headers.authorization).toBe('Bearer token');
    await at().call('x', {});
    expect(last?.headers.authorization).toBeUndefined();
  });

  it('is asked again where that may help, and not where it says no', async () => {
    answering(503, 'down');
    await expect(at().call('x', {})).rejects.toMatchObject({ code: 'PAWL_MLFLOW_UNAVAILABLE', retryable: true });
    answering(200, '<html>sign in</html>');
    await expect(at().call('x', {})).rejects.toMatchObject({ code: 'PAWL_MLFLOW_UNAVAILABLE', retryable: true });
    answering(403, '{"error_code": "PERMISSION_DENIED", "message": "not yours"}');
    await expect(at().call('x', {})).rejects.toMatchObject({ code: 'PAWL_MLFLOW_REFUSED', message: 'not yours' });
  });

  it('is believed in nothing that does not look like a version', async () => {
    answering(200, '{"model_version": {"name": 7}}');
    await expect(resolveVersion(at(), 'models:/price@prod')).rejects.toMatchObject({ code: 'PAWL_MLFLOW_UNAVAILABLE' });
    answering(200, '{"model_version": {"name": "price", "version": "7", "status": "PENDING_REGISTRATION"}}');
    await expect(resolveVersion(at(), 'models:/price@prod')).rejects.toMatchObject({ code: 'PAWL_IMPORT_REFUSED' });
  });

  it.each(['flavors: [', 'nothing: here', 'flavors: { onnx: { data: ../../etc/passwd } }', 'a: &a [1]\nflavors: *a'])(
    'is refused a model whose description is %j',
    async (text) => {
      answering(200, text);
      const version = { name: 'price', version: '7', run: null };
      await expect(fetchOnnx(at(), version, 1e6)).rejects.toMatchObject({ code: 'PAWL_IMPORT_REFUSED' });
    },
  );

  it('sends no more than is taken', async () => {
    answering(200, 'x'.repeat(2_000_000));
    const file = at().file({ name: 'price', version: '7' }, 'model.onnx', 1_000_000);
    await expect(file).rejects.toMatchObject({ code: 'PAWL_MLFLOW_REFUSED', retryable: false });
  });
});
