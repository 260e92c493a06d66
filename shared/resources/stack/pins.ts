/*
 * What is installed and run beside GitLab and the runner, each in one version. A new Fleetkeeper may bring newer ones; they
 * are then a change like any other, in the plan first.
 */

/** Of Amazon Linux 2023's own repositories. */
export const dockerVersion = "25.0.14";

interface Download {
  readonly url: string;
  readonly sha256: string;
}

export type Architecture = "x86_64" | "aarch64";

const composeRelease = "https://github.com/docker/compose/releases/download/v2.31.0/docker-compose-linux-";

/** The newest that builds images with the buildx of Amazon Linux's package. Hashes: docker-library's image of the client. */
export const compose: { readonly version: string } & Readonly<Record<Architecture, Download>> = {
  version: "2.31.0",
  x86_64: {
    url: `${composeRelease}x86_64`,
    sha256: "8b5d2cb358427e654ada217cfdfedc00c4273f7a8ee07f27003a18d15461b6cd",
  },
  aarch64: {
    url: `${composeRelease}aarch64`,
    sha256: "a1f85584584d0c3c489f31f015c97eb543f1f0949fdc5ce3ded88c05a5188729",
  },
};

/**
 * GitLab's fork; docker/machine itself is dead since 2019. Hashes: GitLab Runner's own build (magefiles/images/runner.go). Newer
 * tags exist (.48 in GitLab Runner's documentation, .49 in Homebrew, looked up 2026-11-24), and nobody publishes hashes of their
 * binaries: the newest with one is pinned.
 */
export const dockerMachine = {
  version: "v0.16.2-gitlab.27",
  sha256: {
    x86_64: "37a04553079f97d7540033426cbeb9075a70758d39234fe14a896c0354f4acca",
    aarch64: "97f82859f3ca74a9a821477210393d90d128a2f1e1edad383509864dbe34ef41",
  } satisfies Readonly<Record<Architecture, string>>,
} as const;

/**
 * The newest releases found on 2026-11-24. Prometheus 3.13.3 is of 2026-09-07 (its downloads' mirror; 3.5, the long-term one before,
 * ended 2026-07-31: prometheus.io, "Release cycle"), Grafana 13.1.1 of July 2026 (its releases).
 */
export const images = {
  prometheus: "prom/prometheus:v3.13.3",
  grafana: "grafana/grafana:13.1.1",
} as const;

/** Graviton families have a g after their generation's digit (EC2 instance type naming conventions). */
export function architectureOf(instanceType: string): Architecture {
  return /^[a-z]+\d+[a-z]*g[a-z]*\./.test(instanceType) ? "aarch64" : "x86_64";
}
