/** What lies in a bucket of backups, as far as it must be known: folders, manifests and the parts' sizes. */
export interface BackupReader {
  /** The names of the folders right under a prefix that ends in `/`, all pages, sorted. Undefined: there is no such bucket. */
  folders(bucket: string, prefix: string, owner?: string): Promise<readonly string[] | undefined>;
  /** An object's text; undefined where it certainly isn't there. */
  text(bucket: string, key: string, owner?: string): Promise<string | undefined>;
  /** Bytes of an object; undefined where it certainly isn't there. */
  size(bucket: string, key: string, owner?: string): Promise<number | undefined>;
}
