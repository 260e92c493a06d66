/** A version that must be run, and its background migrations finished, before anything later is. */
export interface PublishedStop {
  /** Its newest patch when this was read. */
  readonly version: string;
  /** For whom alone it is required. Fleetkeeper can't tell who that is, and a stop too many loses nothing: it is made. */
  readonly condition?: string;
}

/**
 * GitLab's published upgrade path. Sources: config/upgrade_path.yml of gitlab-org/gitlab, which ends at 18.11, and
 * docs.gitlab.com/update/upgrade_paths, which says that from 17.5 on stops are X.2, X.5, X.8 and X.11. Patches: that page,
 * and the images of gitlab/gitlab-ee from 18.2 on.
 */
export const publishedPath = {
  readAt: "2026-11-24",
  stops: [
    { version: "16.3.9" },
    { version: "16.7.10" },
    { version: "16.11.10" },
    { version: "17.1.8", condition: "instances with a large ci_pipeline_messages table" },
    { version: "17.3.7" },
    { version: "17.5.5" },
    { version: "17.8.7" },
    { version: "17.11.7" },
    { version: "18.2.8" },
    { version: "18.5.7" },
    { version: "18.8.11" },
    { version: "18.11.12" },
    { version: "19.2.7" },
    { version: "19.5.3" },
  ] satisfies readonly PublishedStop[] as readonly PublishedStop[],
  /** Stops by the rule that are not released yet: their patches must come from the file. */
  announced: ["19.8", "19.11"],
  /** The last major version that the rule above is known to hold for. */
  lastMajor: 19,
} as const;

/**
 * What PostgreSQL GitLab must find. The image of `last` brings it, and upgrades to it by itself where nobody opted out.
 * Sources: docs.gitlab.com/install/requirements; omnibus-gitlab issue 8340 (14 before 17.0), 8504 (16 before 18.0), work items
 * 9734 and 9792 (17 before 19.0).
 */
export const postgresqlGates: readonly { readonly before: string; readonly atLeast: number; readonly last: string }[] =
  [
    { before: "17.0.0", atLeast: 14, last: "16.11" },
    { before: "18.0.0", atLeast: 16, last: "17.11" },
    { before: "19.0.0", atLeast: 17, last: "18.11" },
  ];
