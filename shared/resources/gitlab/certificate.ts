import type { Verdict } from "../../engine/condition.ts";
import type { HostFacts } from "../common/host-facts.ts";
import type { CertificateDesired } from "./desired.ts";
import type { CertificateState } from "./state.ts";

/**
 * Milliseconds before its end from which on a certificate should have been replaced: Let's Encrypt's are renewed 30 days
 * before it (docs.gitlab.com/omnibus/settings/ssl, "Automatic Let's Encrypt renewal").
 */
const warning = 21 * 86_400_000;

export function certificateState({ path }: CertificateDesired, facts: HostFacts, now: number): CertificateState {
  const seconds = facts.certificates?.find((one) => one.path === path)?.notAfter ?? null;
  const notAfter = seconds === null ? null : seconds * 1000;
  return { type: "certificate", notAfter, ending: notAfter !== null && notAfter - now < warning };
}

export function tellsOfCertificate({ notAfter, ending }: CertificateState): Verdict {
  if (notAfter === null)
    return { reason: "CertificateUnknown", message: "the host has no certificate that can be read" };
  const date = new Date(notAfter).toISOString().slice(0, 10);
  return { reason: ending ? "CertificateEnding" : "CertificateFresh", message: `the certificate ends on ${date}` };
}
