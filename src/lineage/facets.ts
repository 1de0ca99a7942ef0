import { createHash } from 'node:crypto';

/** A facet as it is written: what it says, who said it, and where its schema is. */
type Facet = Readonly<Record<string, unknown>>;
export type Facets = Readonly<Record<string, Facet>>;

/** Facets of the specification that pawl writes: the version and the name of each one's schema (openlineage.io/spec/facets). */
const published = {
  parent: ['1-2-0', 'ParentRunFacet'],
  nominalTime: ['1-0-1', 'NominalTimeRunFacet'],
  errorMessage: ['1-0-1', 'ErrorMessageRunFacet'],
  processing_engine: ['1-1-1', 'ProcessingEngineRunFacet'],
  executionParameters: ['1-0-0', 'ExecutionParametersRunFacet'],
  jobType: ['2-0-4', 'JobTypeJobFacet'],
  ownership: ['1-0-1', 'OwnershipJobFacet'],
  schema: ['1-2-0', 'SchemaDatasetFacet'],
  version: ['1-0-1', 'DatasetVersionDatasetFacet'],
  datasetType: ['1-0-1', 'DatasetTypeDatasetFacet'],
  symlinks: ['1-0-1', 'SymlinksDatasetFacet'],
  dataQualityMetrics: ['1-0-3', 'DataQualityMetricsInputDatasetFacet'],
  dataQualityAssertions: ['1-1-0', 'DataQualityAssertionsDatasetFacet'],
  outputStatistics: ['1-0-2', 'OutputStatisticsOutputDatasetFacet'],
} as const;

/** Of jobs; datasets have schemas of their own for the same. */
const describing = ['1-1-0', 'DocumentationJobFacet'] as const;

/** Writes facets in the name of one pawl. */
export class FacetWriter {
  /** A URI of the pawl that writes. */
  readonly producer: string;

  constructor(version: string) {
    this.producer = `urn:pawl:${version}`;
  }

  /** A facet of the specification under its own name, to be spread. */
  write(name: keyof typeof published, fields: object): Facets {
    const [version, title] = published[name];
    return { [name]: this.#facet(schemaOf(version, title), fields) };
  }

  /** What a job is for; nothing where nobody said. */
  describe(text: string): Facets {
    return text === '' ? {} : { documentation: this.#facet(schemaOf(...describing), { description: text }) };
  }

  /** A facet that only pawl has. */
  own(name: 'release' | 'step' | 'training' | 'evaluation', fields: object): Facets {
    return { [`pawl_${name}`]: this.#facet(`urn:pawl:openlineage:${name}:1`, fields) };
  }

  #facet(schema: string, fields: object): Facet {
    return { _producer: this.producer, _schemaURL: schema, ...fields };
  }
}

const schemaOf = (version: string, title: string) =>
  `https://openlineage.io/spec/facets/${version}/${title}.json#/$defs/${title}`;

/** The run of a step: the same id whoever asks for it, in the form of RFC 9562's UUID version 8. */
export function stepRunId(release: string, step: string): string {
  const hex = createHash('sha256').update(`${release}\n${step}`).digest('hex');
  const variant = ((parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
