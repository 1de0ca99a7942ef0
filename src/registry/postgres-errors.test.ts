import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { FinalError } from '../errors.ts';
import { asRegistryError } from './postgres-errors.ts';

function fromServer(code: string, detail?: string): Error {
  return Object.assign(new pg.DatabaseError('what Postgres says', 20, 'error'), { code, detail });
}

describe('an error of Postgres', () => {
  it('is worth another try where the server was away, refused the login, or cut the statement off', () => {
    const away = ['08006', '28P01', '3D000', '40001', '40P01', '53300', '55P03', '57014', '57P01', '57P03'].map((code) =>
      fromServer(code),
    );
    const lost = [
      Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }),
      new Error('Connection terminated unexpectedly'),
      new Error('timeout exceeded when trying to connect'),
    ];
    for (const error of [...away, ...lost]) {
      expect(asRegistryError(error)).toMatchObject({ code: 'PAWL_REGISTRY_UNAVAILABLE', retryable: true, cause: error });
    }
  });

  it('is final where a value is refused, and names the value', () => {
    expect(asRegistryError(fromServer('22021'))).toMatchObject({ code: 'PAWL_REGISTRY_REFUSED', retryable: false });
    const missing = asRegistryError(fromServer('23503', 'Key (model, version)=(m, 9) is not present in table "versions".'));
    expect(missing).toMatchObject({ code: 'PAWL_REGISTRY_REFUSED', message: expect.stringContaining('(m, 9)') });
  });

  it('says that a table is missing', () => {
    expect(asRegistryError(fromServer('42P01'))).toMatchObject({ code: 'PAWL_REGISTRY_NOT_MIGRATED', retryable: true });
  });

  it('names the first address of several that were tried in vain', () => {
    const error = Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:5432')], ''), { code: 'ECONNREFUSED' });
    expect(asRegistryError(error)).toMatchObject({ message: expect.stringContaining('::1:5432') });
  });

  it('stays what it is where pawl has nothing to say of it', () => {
    for (const error of [
      fromServer('42601'),
      new FinalError('PAWL_MODEL_NOT_FOUND', 'no'),
      new TypeError('a fault of ours'),
      'text',
    ]) {
      expect(asRegistryError(error)).toBe(error);
    }
  });
});
