/** The temporary credentials that STS has given out, by access key. Plain JSON, times in epoch milliseconds. */
export interface StsState {
  readonly sessions: Record<string, SessionRecord>;
}

export interface SessionRecord {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAt: number;
  readonly account: string;
  /** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. */
  readonly arn: string;
  /** `AROA...:SESSION`. */
  readonly userId: string;
  /** Of the role behind it. */
  readonly roleArn: string;
  readonly roleName: string;
  /** Session tags, by key as given. */
  readonly tags: readonly SessionTag[];
  readonly transitiveTagKeys: readonly string[];
  /** A session policy narrows what the role may. */
  readonly policy?: string;
  readonly policyArns: readonly string[];
}

export interface SessionTag {
  readonly Key: string;
  readonly Value: string;
}
