/** What a column of a model's contract holds. Booleans are scored as 0 and 1; categories as strings. */
export type FeatureType = 'number' | 'boolean' | 'category';

/** `sha256:` and 64 hex digits. */
export type Digest = `sha256:${string}`;

/** A reference to a source snapshot, before the contract was checked. Small: it travels through Temporal. */
export interface SnapshotRef {
  readonly uri: string;
  readonly digest: Digest;
  /** Where the rows came from: a SnapshotSources in JSON. */
  readonly sourcesUri: string;
  readonly rows: number;
  /** Event time of the oldest and newest row, ISO 8601; null where the contract names no timestamp. */
  readonly oldest: string | null;
  readonly newest: string | null;
}

/** Where the rows of a snapshot came from. */
export interface SnapshotSources {
  /** Paths are relative to the folder of pawl.yaml. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  /** Columns of the files that the contract does not name. */
  readonly ignored: readonly string[];
  /** Columns of the contract that some files lack, with those files. */
  readonly absent: Readonly<Record<string, readonly string[]>>;
}

/** A reference to a dataset: an immutable, content-addressed snapshot of rows that met the contract. */
export interface DatasetRef {
  /** Of the Parquet file. It is the dataset's identity. */
  readonly digest: Digest;
  /** The Parquet file: the contract's features, label and timestamp, ordered by timestamp, rows that met the contract only. */
  readonly uri: string;
  readonly manifestUri: string;
  readonly rows: number;
  readonly quarantined: number;
  readonly oldest: string | null;
  readonly newest: string | null;
}

/** One broken rule of the contract, with the first offending rows. */
export interface Violation {
  readonly rule: 'type' | 'null' | 'min' | 'max' | 'values' | 'unique' | 'freshness' | 'rows' | 'column' | 'label';
  readonly column: string | null;
  readonly count: number;
  /** Fraction of all rows. */
  readonly share: number;
  /** A sentence with numbers. */
  readonly because: string;
  /** At most five; `row` counted from 1 in snapshot order, `at` its event time, ISO 8601, where it has one. */
  readonly examples: readonly { readonly row: number; readonly at: string | null; readonly value: string | null }[];
  /** True where the offending rows are quarantined and the release goes on. */
  readonly quarantined: boolean;
}

/** Summary of one column of a dataset. */
export interface ColumnProfile {
  readonly name: string;
  readonly type: FeatureType;
  readonly count: number;
  readonly missing: number;
  readonly distinct: number;
  /** Numbers and booleans only. */
  readonly mean?: number;
  readonly sd?: number;
  readonly min?: number;
  readonly max?: number;
  /** Numbers: the 0, 0.1, ..., 1 quantiles. */
  readonly quantiles?: readonly number[];
  /** Categories: the 50 most frequent values with their counts, descending. */
  readonly top?: readonly { readonly value: string; readonly count: number }[];
}

export interface DatasetManifest {
  readonly format: 1;
  readonly model: string;
  readonly dataset: DatasetRef;
  readonly snapshot: SnapshotRef;
  readonly specDigest: string;
  readonly profile: readonly ColumnProfile[];
  readonly violations: readonly Violation[];
  readonly sources: SnapshotSources;
  readonly quarantineUri: string | null;
}

/** One feature in memory, one entry a row. */
export type FrameColumn =
  /** Missing is NaN; values are already rounded to float32, as the ONNX graph will see them. `boolean`: callers send true and false. */
  | { readonly type: 'number'; readonly values: Float32Array; readonly boolean?: true }
  /** `codes[i]` indexes `levels`; missing is -1. */
  | { readonly type: 'category'; readonly codes: Int32Array; readonly levels: readonly string[] };

/** Rows in memory, by column, ordered by timestamp. */
export interface Frame {
  readonly rows: number;
  /** Feature names in the contract's order, which is also the ONNX graph's input order. */
  readonly features: readonly string[];
  readonly columns: Readonly<Record<string, FrameColumn>>;
  /** Classification: the index into `classes`; of two classes 0 or 1. Regression: the value. */
  readonly label: Float64Array;
  /** Binary classification: [negative, positive] as strings. Multiclass: all of them, sorted. Null for regression. */
  readonly classes: readonly string[] | null;
  /** The contract's column of weights, positive and finite; missing where it names none. */
  readonly weight?: Float64Array;
  /** Milliseconds since 1970, event time; null where the contract names no timestamp. */
  readonly timestamp: Float64Array | null;
}
