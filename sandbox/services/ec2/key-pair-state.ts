export interface KeyPairRecord {
  readonly keyPairId: string;
  readonly keyName: string;
  readonly keyType: "rsa" | "ed25519";
  readonly fingerprint: string;
  readonly publicKey?: string;
  readonly createdAt: number;
}
