/**
 * The object-store port: two implementations (folder, S3), one contract suite run on both.
 * Keys are slash-separated relative paths without `..`; a URI is what travels through Temporal and the registry.
 */
export interface ObjectStore {
  /** `file:///path/to/store/` or `s3://bucket/prefix/`; every URI this store returns starts with it. */
  readonly root: string;
  /** Writes the whole object atomically (a reader sees all or nothing); an equal key is replaced. Returns its URI. */
  put(key: string, body: Uint8Array): Promise<string>;
  /** The whole object. @throws FinalError PAWL_OBJECT_NOT_FOUND */
  get(keyOrUri: string): Promise<Uint8Array>;
  exists(keyOrUri: string): Promise<boolean>;
  /** Keys under `prefix` in lexicographic order, only those greater than `after` when it is given. */
  list(prefix: string, options?: { after?: string; limit?: number }): Promise<string[]>;
  /** Removing what is not there succeeds. */
  delete(keyOrUri: string): Promise<void>;
  /**
   * A local file with the object's content, for readers that need a path (DuckDB). The folder store gives the file itself;
   * S3 downloads to `directory`. Never write to it.
   */
  localPath(keyOrUri: string, directory: string): Promise<string>;
  /**
   * A URL by which a program without credentials reads or writes one object, whether it is there yet or not: signed HTTP of S3, or
   * `file://`, which helps only where the folder is mounted.
   * @param seconds for how long S3 honours it, 1 to 604,800 (a week), and no longer than the credentials that signed it
   */
  link(keyOrUri: string, access: 'read' | 'write', seconds: number): Promise<string>;
}
