import type { Fleet } from "./fleet.ts";

/** Names of the SecureStrings that the file's host refers to, each once: what must be in Parameter Store. */
export function secretNames({ spec: { host } }: Fleet): readonly string[] {
  if (host === undefined) return [];
  const { tls, smtp, gitlab, monitoring } = host;
  const named = [
    ...(tls.type === "Secret" ? [tls.certificateSecret, tls.keySecret] : []),
    ...(smtp?.passwordSecret === undefined ? [] : [smtp.passwordSecret]),
    ...(monitoring.grafana.enabled ? [monitoring.grafana.adminPasswordSecret] : []),
    ...Object.values(gitlab.omnibusSecrets),
  ];
  return [...new Set(named)];
}
