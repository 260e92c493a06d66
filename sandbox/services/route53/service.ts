import * as client from "@aws-sdk/client-route-53";
import { defineService, type Service } from "../../service.ts";
import { ChangeResourceRecordSets, GetHostedZone, ListResourceRecordSets } from "./record-sets.ts";
import { route53StateKey } from "./state.ts";

/** Hosted zones with simple and weighted records. Changes are in sync at once; names aren't resolved. */
export function route53Service(): Service {
  return defineService<typeof client>()({
    name: "route53",
    protocol: "restXml",
    client,
    xmlNamespace: "https://route53.amazonaws.com/doc/2013-04-01/",
    state: route53StateKey(),
    operations: { ChangeResourceRecordSets, GetHostedZone, ListResourceRecordSets },
    throttle: { code: "Throttling", status: 400 },
  });
}
