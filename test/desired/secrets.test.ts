import { expect, test } from "vitest";
import { problemJson, problemsText } from "../../shared/desired/problem-text.ts";
import { isSecretName } from "../../shared/desired/secrets.ts";
import { host, problemsOf, small } from "./sample.ts";

/** Put together here, so that no scanner takes this file for a leak. */
const secrets = {
  "a GitLab personal token": ["glpat", "aBcDeFgHiJkLmNoPqRsT"].join("-"),
  "a runner's token": ["glrt", "t1_aBcDeFgHiJkLmNoPqRsT"].join("-"),
  "a registration token": ["GR1348941", "aBcDeFgHiJkLmNoPqRsT"].join(""),
  "an AWS access key": ["AKIA", "ABCDEFGHIJKLMNOP"].join(""),
  "a private key": ["-----BEGIN RSA", "PRIVATE KEY-----"].join(" "),
  "a GitHub token": ["ghp", "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789"].join("_"),
};

for (const [what, secret] of Object.entries(secrets)) {
  test(`${what} is refused wherever it stands, and never shown`, () => {
    const places = [
      small({ tags: `{ a: "${secret}" }` }),
      small({ tags: `{ "${secret}": a }` }),
      small({ mode: `"${secret}"` }),
      `# ${secret}\n${small()}`,
      `${secret}: "unclosed\n`,
      small({ [secret]: "x" }),
      small({ host: host(`gitlab: { version: 19.5.3, omnibus: { gitlab_rails: { note: "${secret}" } } }`) }),
      small({ host: host(`smtp: { address: x, from: a@b.c, userName: u, passwordSecret: "${secret}" }`) }),
    ];
    for (const text of places) {
      const problems = problemsOf(text);
      const shown = problemsText(problems) + JSON.stringify(problems.map(problemJson));
      expect(problems.some(({ severity }) => severity === "error")).toBe(true);
      expect(shown).toMatch(/looks like/);
      expect(shown).not.toContain(secret);
      expect(shown).not.toContain(secret.slice(6, 20));
    }
  });
}

for (const setting of [
  "gitlab_rails: { smtp_password: hunter2sesame }",
  "gitlab_rails: { initial_root_password: hunter2sesame }",
  "gitlab_rails: { initial_shared_runners_registration_token: hunter2sesame }",
  "gitlab_rails: { omniauth_providers: [{ name: oidc, args: { client_options: { secret: hunter2sesame } } }] }",
  "gitlab_rails: { backup_upload_connection: { aws_secret_access_key: hunter2sesame } }",
  "gitlab_rails: { ldap_servers: { main: { bind_dn: x, password: hunter2sesame } } }",
  "postgresql: { sql_user_password: hunter2sesame }",
  'gitlab_rails: { env: ["OAUTH_TOKEN=hunter2sesame"] }',
]) {
  test(`Omnibus's ${setting.replace("hunter2sesame", "...")} is refused, and never shown`, () => {
    const problems = problemsOf(small({ host: host(`gitlab: { version: 19.5.3, omnibus: { ${setting} } }`) }));
    expect(problems.some(({ message }) => message.includes("no secret may be in the file"))).toBe(true);
    expect(problemsText(problems)).not.toContain("hunter2");
  });
}

test("settings that only sound like secrets are allowed", () => {
  const omnibus =
    "{ gitlab_rails: { password_authentication_enabled_for_web: true, ci_token_expiry: 3600, ssh_key_path: /a, token_endpoint: 'https://a/b', ldap_secret_file: /run/x } }";
  expect(problemsOf(small({ host: host(`gitlab: { version: 19.5.3, omnibus: ${omnibus} }`) }))).toEqual([]);
});

test("a password where a secret's name belongs is not repeated", () => {
  const problems = problemsOf(
    small({ host: host('smtp: { address: x, from: a@b.c, userName: u, passwordSecret: "hunter2 sesame" }') }),
  );
  expect(problems).toMatchObject([{ severity: "error", got: "something else" }]);
  expect(problemsText(problems)).not.toContain("hunter2");
});

test("a password where the file wants a secret's name is refused with the right field", () => {
  const problems = problemsOf(
    small({ host: host("smtp: { address: x, from: a@b.c, userName: u, password: hunter2sesame }") }),
  );
  expect(problems.map(({ hint }) => hint)).toContain("Did you mean passwordSecret?");
  expect(problemsText(problems)).not.toContain("hunter2");
});

for (const [key, secret] of [
  ["SecretKey", true],
  ["SessionToken", true],
  ["access_key", true],
  ["sentry_auth_token", true],
  ["key_base", true],
  ["passwordSecret", false],
  ["environmentSecrets", false],
  ["metadataTokens", false],
  ["token_endpoint", false],
  ["password_file", false],
  ["keepalive", false],
] as const) {
  test(`${key} is ${secret ? "" : "not "}the name of a secret`, () => {
    expect(isSecretName(key)).toBe(secret);
  });
}

test("the caret under a secret doesn't tell how long it is", () => {
  const lengths = ["hunter2sesame", "x"].map((secret) => {
    const text = small({
      host: host(`gitlab: { version: 19.5.3, omnibus: { gitlab_rails: { smtp_password: "${secret}" } } }`),
    }).replace(secret, secret.padEnd(13, secret.length === 1 ? '"' : secret));
    return problemsOf(text)[0]?.length;
  });
  expect(lengths[0]).toBeGreaterThan(13);
});
