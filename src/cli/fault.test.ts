import { describe, expect, it } from 'vitest';
import { TransientError } from '../errors.ts';
import { asPawlError } from './fault.ts';

describe('asPawlError', () => {
  it('leaves an error with a code as it is', () => {
    const error = new TransientError('PAWL_REGISTRY_UNAVAILABLE', 'away');
    expect(asPawlError(error)).toBe(error);
  });

  it('says what Temporal said of a call', () => {
    const said = Object.assign(new Error('5 NOT_FOUND'), { code: 5, details: 'namespace nowhere is not there' });
    const error = Object.assign(new Error('Failed to signal', { cause: said }), { name: 'ServiceError' });
    expect(asPawlError(error)).toMatchObject({
      code: 'PAWL_TEMPORAL_UNAVAILABLE',
      message: 'Temporal did not answer as it should: Failed to signal: namespace nowhere is not there',
    });
  });

  it('calls anything else a fault of pawl, with its words', () => {
    expect(asPawlError(new TypeError('x is not a function'))).toMatchObject({
      code: 'PAWL_INTERNAL',
      message: 'x is not a function',
    });
    expect(asPawlError('thrown')).toMatchObject({ code: 'PAWL_INTERNAL', message: 'thrown' });
  });
});
