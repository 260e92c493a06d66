import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endingCertificate, freshCertificate } from "../../harness/certificates.ts";
import { HostFleet } from "../../harness/host-fleet.ts";
import { onlyGitLab, withoutWindows } from "../../harness/upgraded-fleet.ts";

const file = (body: string) =>
  onlyGitLab(withoutWindows(body)).replace(
    / {6}type: Secret\n.*certificateSecret.*\n.*keySecret.*\n/,
    "      type: LetsEncrypt\n",
  );
/** Where Omnibus keeps what Let's Encrypt gave it: /etc/gitlab/ssl, under the name of external_url. */
const live = "/srv/fleetkeeper/gitlab/config/ssl/gitlab.example.com.crt";

describe("a certificate of Let's Encrypt", { shuffle: false }, () => {
  let fleet: HostFleet;
  beforeAll(async () => {
    fleet = await HostFleet.open(true, file);
    await fleet.settle(20);
  });
  afterAll(() => fleet.close());

  /** What a run tells once GitLab serves with this. */
  async function told(certificate: string | undefined) {
    const { files } = (await fleet.host()).files;
    if (certificate === undefined) files.remove(live);
    else files.write(live, certificate, 0o644);
    const record = await fleet.run();
    return { ...record.conditions.find(({ type }) => type === "CertificateValid"), actions: record.actions };
  }

  it("isn't known before there is one, and that is told as unknown, not as ending", async () => {
    const { conditions } = await fleet.status();
    expect(conditions.find(({ type }) => type === "CertificateValid")).toMatchObject({
      status: "Unknown",
      reason: "CertificateUnknown",
    });
  });

  it("is valid by what lies on the host, whatever else lies beside it", async () => {
    const { files } = (await fleet.host()).files;
    files.write("/srv/fleetkeeper/gitlab/config/ssl/other.example.com.crt", endingCertificate, 0o644);
    expect(await told(freshCertificate)).toMatchObject({
      status: "True",
      reason: "CertificateFresh",
      message: "the certificate ends on 2100-11-01",
      actions: [],
    });
  });

  it("that GitLab doesn't renew is told three weeks before its end, and GitLab isn't touched for it", async () => {
    expect(await told(endingCertificate)).toMatchObject({
      status: "False",
      reason: "CertificateEnding",
      message: "the certificate ends on 2026-12-05",
      actions: [],
    });
    const { resources } = await fleet.status();
    expect(resources["gitlab/certificate"]?.health).toMatchObject({ status: "Degraded" });
  });

  it("is well again as soon as GitLab has renewed it", async () => {
    expect(await told(freshCertificate)).toMatchObject({ status: "True", reason: "CertificateFresh", actions: [] });
  });

  it("that can't be read is unknown", async () => {
    expect(await told("half a certifi")).toMatchObject({ status: "Unknown", reason: "CertificateUnknown" });
    expect(await told(undefined)).toMatchObject({ status: "Unknown", reason: "CertificateUnknown" });
  });
});
