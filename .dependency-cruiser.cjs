/** The one-way street of docs/architecture.md: entry points -> shared; engine and desired name no AWS; kinds don't know each other. */
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "shared-stands-alone",
      severity: "error",
      from: { path: "^shared/" },
      to: { path: "^(sandbox|test|cli|functions|infra)/" },
    },
    {
      name: "engine-names-no-aws",
      severity: "error",
      from: { path: "^shared/(engine|desired)/" },
      to: { path: "^(shared/(aws|resources|store|report)/|node_modules/@(aws-sdk|smithy)/)" },
    },
    {
      name: "kinds-do-not-know-each-other",
      severity: "error",
      from: { path: "^shared/resources/([^/]+)/" },
      to: { path: "^shared/resources/([^/]+)/", pathNot: "^shared/resources/($1|common)/" },
    },
    {
      name: "only-adapters-use-the-sdk",
      comment: "The demo's person is somebody else, with tools of their own.",
      severity: "error",
      from: { path: "^(shared|cli|functions)/", pathNot: "^(shared/aws|cli/demo)/" },
      to: { path: "^node_modules/@(aws-sdk|smithy)/" },
    },
    {
      name: "sandbox-does-not-know-the-product",
      severity: "error",
      from: { path: "^sandbox/" },
      to: { path: "^(shared|cli|functions|infra|test)/" },
    },
    { name: "nothing-imports-tests", severity: "error", from: { pathNot: "^test/" }, to: { path: "^test/" } },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|cdk.out|\\.stryker-tmp)/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      mainFields: ["module", "main", "types"],
    },
  },
};
