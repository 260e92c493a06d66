import { expect, test } from "vitest";
import { may } from "./simulated-worker.ts";

const backup = (bucket: string, fleet: string) => `arn:aws:s3:::${bucket}/gitlab/${fleet}/20261124T013000Z-scheduled`;

test.each([
  ["by default", "acme", "acme-gitlab-backups"],
  ["by the settings, as its file names it", "shop", "shop-dumps"],
])("a fleet's worker reads manifests and expires backups in a bucket that is named %s", async (_, fleet, bucket) => {
  const folder = backup(bucket, fleet);
  expect(await may("reconcileWorker", fleet, "s3:GetObject", `${folder}/manifest.json`)).toBe(true);
  expect(await may("reconcileWorker", fleet, "s3:DeleteObject", `${folder}/data.tar`)).toBe(true);
  expect(await may("reconcileWorker", fleet, "s3:PutEncryptionConfiguration", `arn:aws:s3:::${bucket}`)).toBe(true);
  expect(await may("planWorker", fleet, "s3:GetObject", `${folder}/manifest.json`)).toBe(true);
});

test.each([
  ["what a backup holds", "reconcileWorker", "shop", "s3:GetObject", `${backup("shop-dumps", "shop")}/data.tar`],
  ["a version", "reconcileWorker", "shop", "s3:DeleteObjectVersion", `${backup("shop-dumps", "shop")}/data.tar`],
  ["another fleet's bucket", "reconcileWorker", "acme", "s3:DeleteObject", `${backup("shop-dumps", "acme")}/data.tar`],
  ["another fleet's folder", "reconcileWorker", "shop", "s3:DeleteObject", `${backup("shop-dumps", "acme")}/data.tar`],
  ["a bucket of the cache", "reconcileWorker", "shop", "s3:DeleteObject", `${backup("shop-cache", "shop")}/data.tar`],
  ["a bucket that nobody named", "reconcileWorker", "shop", "s3:DeleteObject", `${backup("dumps", "shop")}/data.tar`],
  ["anything by a plan", "planWorker", "shop", "s3:DeleteObject", `${backup("shop-dumps", "shop")}/data.tar`],
  ["anything by collect", "collectWorker", "shop", "s3:DeleteObject", `${backup("shop-dumps", "shop")}/data.tar`],
] as const)("but never %s", async (_, role, fleet, action, resource) => {
  expect(await may(role, fleet, action, resource)).toBe(false);
});
