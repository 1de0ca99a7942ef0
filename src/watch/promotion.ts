import { estimateSentence } from '../monitoring/late-labels.ts';
import { type ChampionRecord, championHistory } from '../registry/champion.ts';
import { getDecision } from '../registry/decisions.ts';
import type { Registry } from '../registry/registry.ts';
import { getVersion, type VersionRecord } from '../registry/versions.ts';
import type { ModelSpec } from '../spec/schema.ts';
import { usualError } from '../stats/number-losses.ts';
import { championTerms } from './champion-terms.ts';
import type { Promotion } from './label-look.ts';

/** What a release's gates were told of, as far as a promotion went by it. */
interface Evaluated {
  readonly metrics: Readonly<Record<string, number>>;
  readonly championMetrics: Readonly<Record<string, number>> | null;
  readonly rows: number;
}

/** The promotion that a champion leads by: it came by its release, and another version led before. Else null. */
export async function readPromotion(
  registry: Registry,
  spec: ModelSpec,
  version: VersionRecord,
  leading: ChampionRecord,
): Promise<Promotion | null> {
  const { model } = leading;
  if (leading.release === null || leading.release !== version.release) return null;
  const history = (await championHistory(registry, model)).filter(({ since }) => since <= leading.since);
  const former = history.at(-2);
  if (former === undefined) return null;
  const evaluated = (await getDecision(registry, `${leading.release}/gates`))?.evidence as Evaluated | undefined;
  const terms = championTerms(spec, version);
  const metric = spec.task === 'regression' ? usualError(terms) : 'accuracy';
  const [own, other] = [evaluated?.metrics[metric], evaluated?.championMetrics?.[metric]];
  const { metrics } = await getVersion(registry, model, former.version);
  return {
    former: {
      version: former.version,
      mae: metrics['mae'] ?? null,
      // What the champion was held against on the same rows; the version by itself may have been judged by another error.
      ...(metric === 'accuracy' || metric === 'mae' ? {} : { terms, error: other ?? metrics[metric] ?? null }),
    },
    at: leading.since.getTime(),
    estimate:
      evaluated === undefined || own === undefined || other === undefined
        ? null
        : estimateSentence(metric, own, other, former.version, evaluated.rows),
  };
}
