import * as client from "@aws-sdk/client-s3";
import { defineService, type Service } from "../../service.ts";
import { bucketOperations } from "./bucket-operations.ts";
import { configurationOperations } from "./configuration.ts";
import { copyOperations } from "./copy.ts";
import { listingOperations } from "./listing.ts";
import { multipartOperations } from "./multipart.ts";
import { objectOperations } from "./object-operations.ts";
import { type S3State, s3State } from "./state.ts";

/** S3, general purpose buckets. */
export function s3Service(): Service {
  return defineService<typeof client>()<S3State>({
    name: "s3",
    protocol: "restXml",
    client,
    xmlNamespace: "http://s3.amazonaws.com/doc/2006-03-01/",
    state: s3State,
    throttle: { code: "SlowDown", status: 503 },
    operations: {
      ...bucketOperations,
      ...configurationOperations,
      ...objectOperations,
      ...copyOperations,
      ...listingOperations,
      ...multipartOperations,
    },
  });
}
