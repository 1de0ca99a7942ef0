import { createHash } from 'node:crypto';
import type { GroupReport, Rate } from '../evaluation/fairness.ts';
import type { ModelCard } from './model-card.ts';
import type { SearchReport } from './search-report.ts';

/** JSON as the schema of CycloneDX has it. */
export type Bom = Readonly<Record<string, unknown>>;

/** What the trainers of pawl make, in the words of the field. */
const families: Readonly<Record<string, string>> = {
  gbt: 'gradient-boosted decision trees',
  logistic: 'logistic regression',
  ftrl: 'linear model, FTRL-proximal',
};

/**
 * The card as a CycloneDX 1.6 document (ECMA-424): the model as the component that it describes, with `modelCard`, and the dataset as a
 * component of its own. What CycloneDX has no word for is in properties that begin with `pawl:`. Number and time are those of the version,
 * so that the same version gives the same bytes.
 */
export function cardCycloneDx(card: ModelCard): Bom {
  const { model, version, digest, made, data } = card;
  const ref = `${model}/v${version}`;
  const dataset = data === null ? null : { ref: `dataset/${data.digest}`, data };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(`${ref} ${digest}`)}`,
    version: 1,
    metadata: {
      timestamp: made.at,
      tools: { components: [{ type: 'application', name: 'pawl', ...(made.code === null ? {} : { version: made.code.pawl }) }] },
      component: {
        type: 'machine-learning-model',
        'bom-ref': ref,
        name: model,
        version: `v${version}`,
        ...given('description', card.purpose),
        ...(card.owner === '' ? {} : { supplier: { name: card.owner } }),
        ...(made.endpoint === null ? { 'mime-type': 'application/onnx', hashes: hashesOf(digest) } : {}),
        modelCard: {
          modelParameters: {
            approach: { type: 'supervised' },
            ...given('task', card.task),
            ...given('architectureFamily', families[made.trainer] ?? ''),
            modelArchitecture: made.trainer,
            ...(dataset === null
              ? {}
              : {
                  datasets: [{ ref: dataset.ref }],
                  inputs: dataset.data.features.map(({ name, type }) => ({ format: `${name}: ${type}` })),
                }),
          },
          quantitativeAnalysis: { performanceMetrics: [...metricsOf(card), ...card.groups.flatMap(ratesOf)] },
          considerations: considerationsOf(card),
        },
        properties: propertiesOf(card),
      },
    },
    ...(dataset === null ? {} : { components: [datasetOf(dataset.ref, card)] }),
    dependencies: [
      { ref, ...(dataset === null ? {} : { dependsOn: [dataset.ref] }) },
      ...(dataset === null ? [] : [{ ref: dataset.ref }]),
    ],
  };
}

function datasetOf(ref: string, { data, model, owner }: ModelCard): Bom {
  if (data === null) return {};
  const { digest, rows, oldest, newest, quarantined, label, heldOut, holdoutFrom } = data;
  return {
    type: 'data',
    'bom-ref': ref,
    name: `${model} dataset`,
    version: digest,
    'mime-type': 'application/vnd.apache.parquet',
    hashes: hashesOf(digest),
    data: [
      {
        type: 'dataset',
        name: `${model} dataset`,
        ...(owner === '' ? {} : { governance: { owners: [{ organization: { name: owner } }] } }),
      },
    ],
    properties: properties({ rows, quarantined, oldest, newest, label, held_out_rows: heldOut, held_out_from: holdoutFrom }),
  };
}

function metricsOf({ metrics }: ModelCard): Bom[] {
  return metrics.map(({ metric, value, interval, slice }) => ({
    type: metric,
    value: String(value),
    ...(slice === null ? {} : { slice }),
    ...(interval === null ? {} : { confidenceInterval: ends(interval) }),
  }));
}

function ratesOf({ group, selection, truePositive, falsePositive, calibration }: GroupReport): Bom[] {
  const rates: readonly (readonly [string, Rate])[] = [
    ['predicted_positive', selection],
    ['true_positive_rate', truePositive],
    ['false_positive_rate', falsePositive],
    ['ece', calibration],
  ];
  return rates.flatMap(([type, rate]) =>
    rate === null ? [] : [{ type, value: String(rate.value), slice: group, confidenceInterval: ends(rate) }],
  );
}

const ends = ({ low, high }: { readonly low: number; readonly high: number }) => ({
  lowerBound: String(low),
  upperBound: String(high),
});

/** The metrics of fairness gates, as `checkFairness` names them. */
const fairness =
  /^(?:disparate impact|gap of true-positive rates|gap of false-positive rates|calibration error) by (.+?) at_(?:least|most) /;

function considerationsOf({ users, intendedUse, limits, ethics, gates }: ModelCard): Bom {
  const assessments = gates.flatMap(({ gate, because, passed }) => {
    const group = fairness.exec(gate)?.[1];
    return group === undefined
      ? []
      : [{ groupAtRisk: group, harms: `${passed ? 'within the bound' : 'beyond the bound'}: ${because}` }];
  });
  return {
    ...some('users', users),
    ...some('useCases', intendedUse),
    ...some('technicalLimitations', limits),
    ...some(
      'ethicalConsiderations',
      ethics.map((name) => ({ name })),
    ),
    ...some('fairnessAssessments', assessments),
  };
}

function propertiesOf({ made, search, gates, approval, override, champion, importances }: ModelCard): Bom[] {
  const { release, trigger, spec, seed, code, parameters, copyOf, endpoint } = made;
  return [
    ...properties({ release, spec, seed, trainer_code: code?.digest, copy_of: copyOf, endpoint }),
    ...properties(parameters, 'pawl:param:'),
    ...(search === null ? [] : trialsOf(search)),
    ...gates.map(({ gate, passed, because }) => ({
      name: `pawl:gate:${gate}`,
      value: `${passed ? 'passed' : 'refused'}: ${because}`,
    })),
    ...importances.map(({ feature, share }) => ({ name: `pawl:importance:${feature}`, value: String(share) })),
    ...properties({
      held_against: champion === null ? null : `v${champion.version}`,
      asked_for: trigger === null ? null : `${trigger.by} (${trigger.kind}): ${trigger.because}`,
      approval: approval === null ? null : `${approval.by}: ${approval.because}`,
      override: override === null ? null : `${override.by}: ${override.because}`,
    }),
  ];
}

/** How the search came out, and each trial with its parameters and the score of each look at it. */
function trialsOf({ metric, because, chosen, trials }: SearchReport): Bom[] {
  return [
    ...properties({ search: because, search_metric: metric, chosen_trial: chosen?.trial }),
    ...trials.map(({ trial, params, looks }) => {
      const told = looks.map(({ share, resource, state, score }) => ({ share, resource, state, score }));
      return { name: `pawl:trial:${trial}`, value: JSON.stringify({ params, looks: told }) };
    }),
  ];
}

function properties(values: Readonly<Record<string, unknown>>, prefix = 'pawl:'): Bom[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === null || value === undefined
      ? []
      : [{ name: `${prefix}${name}`, value: typeof value === 'string' ? value : JSON.stringify(value) }],
  );
}

const given = (name: string, value: string) => (value === '' ? {} : { [name]: value });
const some = (name: string, values: readonly unknown[]) => (values.length === 0 ? {} : { [name]: values });
const hashesOf = (digest: string) => [{ alg: 'SHA-256', content: digest.replace(/^sha256:/, '') }];

/** A UUID made of a text (RFC 9562, version 8: the digest's own bits). */
function uuidOf(name: string): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
