import type { LifecycleRule } from "@aws-sdk/client-s3";
import { ServiceError } from "../../service-error.ts";
import { malformedXml } from "./malformed-xml.ts";

const actions = [
  "Expiration",
  "Transitions",
  "NoncurrentVersionExpiration",
  "NoncurrentVersionTransitions",
  "AbortIncompleteMultipartUpload",
] as const;

/**
 * Rules as S3 keeps them: each with an id. Throws MalformedXML, InvalidArgument or InvalidRequest.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
 */
export function checkedLifecycle(rules: readonly LifecycleRule[] | undefined, newId: () => string): LifecycleRule[] {
  if (rules === undefined || rules.length === 0) throw malformedXml();
  if (rules.length > 1000) throw malformedXml();
  const kept = rules.map((rule) => checkedRule(rule, newId));
  if (new Set(kept.map((rule) => rule.ID)).size < kept.length) {
    throw invalid("Rule ID must be unique. Found same ID for more than one rule");
  }
  return kept;
}

function checkedRule(rule: LifecycleRule, newId: () => string): LifecycleRule {
  const id = rule.ID === undefined || rule.ID === "" ? newId() : rule.ID;
  if (id.length > 255) throw invalid("ID length should not exceed allowed limit of 255");
  if (rule.Status !== "Enabled" && rule.Status !== "Disabled") throw malformedXml();
  if (rule.Filter === undefined && rule.Prefix === undefined) throw malformedXml();
  if (rule.Filter !== undefined && rule.Prefix !== undefined) throw malformedXml();
  if (rule.Filter !== undefined && Object.values(rule.Filter).filter((part) => part !== undefined).length > 1) {
    throw malformedXml();
  }
  if (!actions.some((action) => rule[action] !== undefined)) {
    throw new ServiceError("InvalidRequest", "At least one action needs to be specified in a rule");
  }
  checkExpiration(rule);
  positive(rule.NoncurrentVersionExpiration?.NoncurrentDays, "NoncurrentDays", "NoncurrentVersionExpiration");
  positive(
    rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
    "DaysAfterInitiation",
    "AbortIncompleteMultipartUpload",
  );
  return { ...rule, ID: id };
}

function checkExpiration(rule: LifecycleRule): void {
  const { Expiration: expiration } = rule;
  if (expiration === undefined) return;
  const said = [expiration.Days, expiration.Date, expiration.ExpiredObjectDeleteMarker];
  if (said.filter((value) => value !== undefined).length !== 1) throw malformedXml();
  positive(expiration.Days, "Days", "Expiration");
  if (expiration.Date !== undefined && expiration.Date.getTime() % 86_400_000 !== 0) {
    throw invalid("'Date' must be at midnight GMT");
  }
}

function positive(value: number | undefined, name: string, action: string): void {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return;
  throw invalid(`'${name}' for ${action} action must be a positive integer`);
}

function invalid(message: string): ServiceError {
  return new ServiceError("InvalidArgument", message);
}
