import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { GitLabData } from "../../sandbox/hosts/stand-ins/gitlab-data.ts";
import type { HostAnswer } from "../../shared/resources/common/host-output.ts";
import {
  composeRequest,
  installDockerRequest,
  prepareVolumeRequest,
  writeFilesRequest,
} from "../../shared/resources/common/host-request.ts";
import { type BackupManifest, readManifest } from "../../shared/resources/gitlab/backup-manifest.ts";
import {
  type BackupPlace,
  backUpRequest,
  checkGitLabRequest,
  type GitLabCheck,
  readGitLabCheck,
} from "../../shared/resources/gitlab/host-requests.ts";
import { composeArtifact, composeFile, HostWorld } from "./host-world.ts";

export const place: BackupPlace = { bucket: "acme-gitlab-backups", prefix: "gitlab/", fleet: "acme" };

const files = {
  compose: {
    ...composeFile,
    content: composeFile.content.replace("gitlab/gitlab-ee:19.5.3-ee.0", `$${"{GITLAB_IMAGE}"}`),
  },
  version: (image: string) => ({
    path: "/srv/fleetkeeper/stack/.env",
    content: `GITLAB_IMAGE=${image}\n`,
    mode: "0644",
  }),
};

/** A host whose GitLab of some version is up, and a bucket for its backups. */
export class GitLabWorld {
  readonly host: HostWorld;
  readonly s3: S3Client;

  private constructor(host: HostWorld) {
    this.host = host;
    this.s3 = new S3Client({ ...host.settings(), forcePathStyle: true });
  }

  static async open(image: string): Promise<GitLabWorld> {
    const world = new GitLabWorld(await HostWorld.open());
    const LocationConstraint = "eu-central-1";
    await world.s3.send(
      new CreateBucketCommand({ Bucket: place.bucket, CreateBucketConfiguration: { LocationConstraint } }),
    );
    await world.install(image);
    return world;
  }

  async install(image: string): Promise<void> {
    await this.host.done(prepareVolumeRequest(this.host.volumeId));
    await this.host.done(
      installDockerRequest({ docker: "25.0.8", compose: { version: "2.40.3", ...composeArtifact } }),
    );
    await this.host.done(writeFilesRequest([files.compose, files.version(image)]));
    await this.host.done(composeRequest("up", ["gitlab"]));
    await this.host.clock.advance(7 * 60_000);
  }

  async check(images: readonly string[] = []): Promise<GitLabCheck> {
    const read = readGitLabCheck(await this.host.done(checkGitLabRequest(images)));
    if ("why" in read) throw new Error(read.why);
    return read;
  }

  async backUp(id: string, skip: readonly string[] = []): Promise<BackupManifest> {
    const { manifest } = await this.host.done(backUpRequest(place, id, skip));
    const read = readManifest(JSON.stringify(manifest));
    if ("why" in read) throw new Error(read.why);
    return read;
  }

  /** Keys in the bucket. */
  async keys(): Promise<readonly string[]> {
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket: place.bucket }));
    return Contents.map(({ Key = "" }) => Key);
  }

  async object(Key: string): Promise<Uint8Array> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: place.bucket, Key }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  }

  async put(Key: string, Body: Uint8Array | string): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: place.bucket, Key, Body }));
  }

  /** What users did: into GitLab's data as the stand-in keeps it. */
  async use(change: Partial<GitLabData>): Promise<void> {
    const path = "/srv/fleetkeeper/gitlab/data/.sandbox-gitlab.json";
    const { files: disk } = await this.host.host();
    disk.write(path, JSON.stringify({ ...JSON.parse(disk.text(path) ?? "{}"), ...change }));
  }

  async close(): Promise<void> {
    await this.host.close();
  }
}

/** `CODE`, of an answer that is a refusal by the script itself. */
export function codeOf(answer: HostAnswer): string {
  return answer.ok && answer.outcome.state === "failed" ? answer.outcome.code : JSON.stringify(answer);
}
