import { DeleteParameterCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { actionsOn, HostFleet } from "../../harness/host-fleet.ts";

const dropIn = "/etc/systemd/system/docker.service.d/fleetkeeper-proxy.conf";

/** At any time: the sample has windows at weekends only. */
const noWindows = (body: string) => body.replace(/\n {2}maintenance:[\s\S]*?(?=\n {2}notifications:)/, "\n");
const withProxy = (body: string) =>
  body.replace(
    "    timeZone: Europe/Berlin\n",
    '    timeZone: Europe/Berlin\n    proxy: { http: "http://proxy.example.com:3128", noProxy: [.example.com] }\n',
  );

/** What a change of the file does to a host that lives. */
describe("on a host that lives", { shuffle: false }, () => {
  let fleet: HostFleet;
  beforeAll(async () => {
    fleet = await HostFleet.open(true, noWindows);
    await fleet.settle(15);
  });
  afterAll(() => fleet.close());
  beforeEach(() => fleet.world.clock.sleep(61 * 60_000));

  it("Docker pulls images by the file's proxy, which is put back, and goes when it leaves the file", async () => {
    await fleet.push((body) => withProxy(noWindows(body)));
    await fleet.heal();
    const { files, record } = await fleet.host();
    expect(files.files.text(dropIn)).toMatch(/^Environment="HTTP_PROXY=http:\/\/proxy\.example\.com:3128"$/m);
    expect(files.files.text(dropIn)).toMatch(/^Environment="NO_PROXY=localhost,.*,\.example\.com"$/m);
    expect(record.units["docker"]?.active).toBe(true);
    files.files.write(dropIn, '[Service]\nEnvironment="HTTP_PROXY=http://mine:1"\n', 0o644);
    const [found] = await fleet.heal();
    expect(actionsOn(found ?? expect.fail(), "stack/docker")).toEqual(["update proxy"]);
    expect(files.files.text(dropIn)).toContain("proxy.example.com");
    await fleet.push(noWindows);
    await fleet.heal();
    expect(files.files.exists(dropIn)).toBe(false);
  });

  it("a certificate and a password with new values are put on the host, and GitLab starts with them", async () => {
    const { files, record } = await fleet.host();
    const container = () => Object.values(record.containers).find(({ service }) => service === "gitlab")?.id;
    const stack = "/srv/fleetkeeper/stack";
    const before = container();
    await fleet.secret("tls-certificate", "the next certificate");
    await fleet.secret("smtp-password", "the next password");
    const acting = await fleet.heal();
    expect(actionsOn(acting[0] ?? expect.fail(), "stack/files/gitlab")).toEqual([
      `update file[${stack}/gitlab/gitlab.rb].secret[/fleetkeeper/acme/secrets/smtp-password] file[${stack}/gitlab/tls.crt].secret[/fleetkeeper/acme/secrets/tls-certificate]`,
    ]);
    expect(files.files.text(`${stack}/gitlab/tls.crt`)).toBe("the next certificate\n");
    expect(files.files.text(`${stack}/gitlab/gitlab.rb`)).toContain("['smtp_password'] = 'the next password'");
    expect(container()).not.toBe(before);
    expect((await fleet.run()).actions).toEqual([]);
    expect(JSON.stringify(acting)).not.toContain("the next");
  });

  it("a secret that is gone from Parameter Store leaves what runs alone", async () => {
    const { files } = await fleet.host();
    await fleet.ssm.send(new DeleteParameterCommand({ Name: "/fleetkeeper/acme/secrets/tls-certificate" }));
    expect((await fleet.run()).actions).toEqual([]);
    expect(files.files.text("/srv/fleetkeeper/stack/gitlab/tls.crt")).toBe("the next certificate\n");
    await fleet.secret("tls-certificate", "one more");
    await fleet.heal();
    expect(files.files.text("/srv/fleetkeeper/stack/gitlab/tls.crt")).toBe("one more\n");
  });

  it("a service that leaves the file loses its container and keeps its data", async () => {
    const { files, record } = await fleet.host();
    files.files.write("/srv/fleetkeeper/grafana/grafana.db", "dashboards", 0o600);
    const services = () => Object.values(record.containers).map(({ service }) => service);
    expect(services()).toContain("grafana");
    await fleet.push((body) =>
      noWindows(body).replace(/grafana:\n {8}enabled: true\n.*\n/, "grafana: { enabled: false }\n"),
    );
    const acting = await fleet.heal();
    expect(actionsOn(acting[0] ?? expect.fail(), "stack/service/grafana")).toContain("delete container");
    expect(services().sort()).toEqual(["gitlab", "gitlab-runner", "prometheus"]);
    expect(files.files.text("/srv/fleetkeeper/grafana/grafana.db")).toBe("dashboards");
    expect((await fleet.run()).actions).toEqual([]);
    await fleet.push(noWindows);
    await fleet.heal();
    expect(services()).toContain("grafana");
  });
});
