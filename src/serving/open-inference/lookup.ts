import { FinalError, TransientError } from '../../errors.ts';
import type { ModelTraffic } from '../model-traffic.ts';
import type { ServedVersion } from '../served-version.ts';
import type { TrafficBook } from '../traffic-book.ts';
import { modelMetadata, type ModelMetadata } from './metadata.ts';
import { shown } from './tensors.ts';

/** @throws FinalError PAWL_MODEL_NOT_FOUND; TransientError PAWL_REGISTRY_UNAVAILABLE */
export function trafficOf(book: TrafficBook, model: string): ModelTraffic {
  const traffic = book.get(model);
  if (traffic !== null) return traffic;
  if (!book.known)
    throw new TransientError(
      'PAWL_REGISTRY_UNAVAILABLE',
      'The gateway has not reached the registry yet, and has no local cache.',
    );
  throw new FinalError('PAWL_MODEL_NOT_FOUND', `There is no model ${model.slice(0, 200)}.`);
}

/** A version's number from text. @throws FinalError PAWL_VERSION_NOT_SERVED where it is none */
export function versionNumber(model: string, written: string): number {
  if (/^[1-9]\d{0,8}$/.test(written)) return Number(written);
  throw new FinalError('PAWL_VERSION_NOT_SERVED', `${model} has no version ${shown(written)}: versions are numbers.`);
}

/** Null while the version is still loading here. @throws FinalError PAWL_VERSION_NOT_SERVED */
function heldVersion({ model, shelf }: ModelTraffic, written: string): ServedVersion | null {
  const version = versionNumber(model, written);
  const held = shelf.get(version);
  if (held !== null || shelf.refs().some((ref) => ref.version === version)) return held;
  throw new FinalError('PAWL_VERSION_NOT_SERVED', `v${version} of ${model} is not loaded here.`);
}

/** @throws FinalError PAWL_VERSION_NOT_SERVED */
export function isReady(traffic: ModelTraffic, version: string | null): boolean {
  return version === null ? traffic.ready() && traffic.champions().length > 0 : heldVersion(traffic, version) !== null;
}

/** @throws FinalError PAWL_VERSION_NOT_SERVED, PAWL_MODEL_NOT_READY */
export function describeModel(traffic: ModelTraffic, version: string | null): ModelMetadata {
  const described = version === null ? traffic.champions()[0] : heldVersion(traffic, version);
  if (described != null) return modelMetadata(traffic, described.scorer.signature);
  const what = version === null ? 'has no champion that is' : `has its v${version} not`;
  throw new FinalError('PAWL_MODEL_NOT_READY', `${traffic.model} ${what} loaded here yet.`);
}
