export interface TagRecord {
  readonly Key: string;
  readonly Value: string;
}
