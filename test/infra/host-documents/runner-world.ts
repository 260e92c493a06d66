import { PutParameterCommand } from "@aws-sdk/client-ssm";
import type { GitLabApi } from "../../../sandbox/gitlab/api.ts";
import {
  composeRequest,
  installDockerRequest,
  prepareVolumeRequest,
  writeFilesRequest,
} from "../../../shared/resources/common/host-request.ts";
import type { RegistrationRequest, RunnerSurroundings } from "../../../shared/resources/runner/host-requests.ts";
import { renderConfig } from "../../../shared/resources/runner/render.ts";
import { renderToml } from "../../../shared/resources/runner/toml.ts";
import { composeArtifact, composeFile, HostWorld, stackServices } from "../../harness/host-world.ts";
import { articleRunners, runnersOf } from "../../resources/runner/desired-runners.ts";

export const configPath = "/srv/fleetkeeper/runner/config.toml";

export const desiredConfig = renderConfig(runnersOf(articleRunners), {
  fleetName: "acme",
  gitlabUrl: "https://gitlab.example.com",
});
export const template = { template: renderToml(desiredConfig), exclusive: false };

export function registration(section: string): RegistrationRequest {
  return {
    section,
    attributes: {
      description: section,
      tag_list: ["docker"],
      run_untagged: false,
      locked: false,
      paused: false,
      access_level: "not_protected",
      maximum_timeout: 3600,
    },
    scope: { runner_type: "instance_type" },
    flow: "authentication-token",
  };
}

/** A host with its stack up and GitLab ready. */
export class RunnerWorld {
  readonly hosts: HostWorld;
  readonly gitlab: GitLabApi;

  private constructor(hosts: HostWorld) {
    this.hosts = hosts;
    this.gitlab = hosts.hosts.gitlab;
  }

  static async open(): Promise<RunnerWorld> {
    const hosts = await HostWorld.open();
    await hosts.done(prepareVolumeRequest(hosts.volumeId));
    await hosts.done(installDockerRequest({ docker: "25.0.8", compose: { version: "2.40.3", ...composeArtifact } }));
    await hosts.done(writeFilesRequest([composeFile]));
    await hosts.done(composeRequest("up", stackServices));
    await hosts.clock.advance(10 * 60_000);
    return new RunnerWorld(hosts);
  }

  around(): RunnerSurroundings {
    return {
      fleet: "acme",
      secretPrefix: "/fleetkeeper/acme/secrets/",
      gitlab: { url: "https://gitlab.example.com", own: true },
      now: this.hosts.clock.now(),
    };
  }

  /** What a person puts under a secret's name. */
  async secret(name: string, value: string): Promise<void> {
    const Name = `/fleetkeeper/acme/secrets/${name}`;
    await this.hosts.ssm.send(new PutParameterCommand({ Name, Value: value, Type: "SecureString", Overwrite: true }));
  }

  async config(): Promise<string> {
    return (await this.hosts.host()).files.text(configPath) ?? "";
  }

  close(): Promise<void> {
    return this.hosts.close();
  }
}
