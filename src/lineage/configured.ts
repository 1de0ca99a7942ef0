import { FinalError } from '../errors.ts';
import { packageVersion } from '../package-root.ts';
import type { Settings } from '../settings.ts';
import { FacetWriter } from './facets.ts';
import type { Teller } from './run-event.ts';
import { fileSink, httpSink, type LineageSink } from './sink.ts';

/**
 * How lineage is told, and to whom; null where the settings name nobody.
 * @throws FinalError PAWL_SETTINGS_INVALID where they name both a URL and a file
 */
export function configuredLineage(settings: Settings): { readonly teller: Teller; readonly sink: LineageSink } | null {
  const { PAWL_OPENLINEAGE_URL: url, PAWL_OPENLINEAGE_FILE: file, PAWL_OPENLINEAGE_API_KEY: key } = settings;
  if (url !== undefined && file !== undefined)
    throw new FinalError('PAWL_SETTINGS_INVALID', 'Lineage goes to one place.', {
      problems: [
        {
          subject: 'PAWL_OPENLINEAGE_FILE',
          message: 'PAWL_OPENLINEAGE_FILE is set, and PAWL_OPENLINEAGE_URL too; leave one out.',
        },
      ],
    });
  if (url === undefined && file === undefined) return null;
  const version = packageVersion();
  return {
    teller: { facets: new FacetWriter(version), namespace: settings.PAWL_OPENLINEAGE_NAMESPACE, version },
    sink: file === undefined ? httpSink(url ?? '', key) : fileSink(file),
  };
}
