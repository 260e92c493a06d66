/*
 * Every name that follows from a fleet's name, in one place, so that creating, finding and collecting can't disagree.
 * Limits: IAM roles 64, instance profiles 128, security groups 255, buckets 63 (documentation of each service).
 */

/** 2 to 31 characters: the longest derived name stays inside every limit. */
export const fleetNameShape = /^(?!.*--)[a-z][a-z0-9-]{0,29}[a-z0-9]$/;

/** Path of every IAM role and profile of the fleet: `/fleetkeeper/acme/`. */
export function iamPath(fleet: string): string {
  return `/fleetkeeper/${fleet}/`;
}

/** Prefix of every Parameter Store name of the fleet: `/fleetkeeper/acme/`. */
export function parameterPath(fleet: string): string {
  return `/fleetkeeper/${fleet}/`;
}

/** Parameter Store name of a secret that the file names: `/fleetkeeper/acme/secrets/smtp-password`. */
export function secretPath(fleet: string, secret: string): string {
  return `${parameterPath(fleet)}secrets/${secret}`;
}

/** Default name of a role and of its instance profile. */
export function roleName(fleet: string, of: "host" | "machine"): string {
  return `${fleet}-${of}`;
}

/** Security groups: the host's, the machines' and the one for ways out. */
export function groupName(fleet: string, of: "host" | "machine" | "egress"): string {
  return `fleetkeeper-${fleet}-${of}`;
}

/** Value of the `Name` tag. */
export function displayName(fleet: string, of: string): string {
  return `${fleet}-${of}`;
}
