import type { RunInstancesCommandInput, RunInstancesCommandOutput } from "@aws-sdk/client-ec2";
import { notImplemented } from "../../service-error.ts";
import { idempotent } from "./client-tokens.ts";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, invalidValue, required } from "./errors.ts";
import { instanceAnswer } from "./instance-answer.ts";
import { launchInstance } from "./launch.ts";
import { resolveLaunch } from "./launch-spec.ts";
import type { LaunchSpec } from "./launch-state.ts";
import { checkRoom } from "./network-interface-lookup.ts";
import { capacityOf, checkedMaxPrice, priceOf } from "./spot-market.ts";
import type { SpotRequestRecord } from "./spot-state.ts";
import { setTags, tagsFromSpecifications } from "./tags.ts";
import { volumesByInstance } from "./volume-index.ts";

/** Launches MaxCount instances, or none. The same client token gives the same instances again. */
export function RunInstances(input: RunInstancesCommandInput, context: Ec2Context): Answer<RunInstancesCommandOutput> {
  const { state, random, clock } = context;
  if (input.LaunchTemplate !== undefined) throw notImplemented("ec2", "RunInstances with a launch template");
  const least = required(input.MinCount, "minCount");
  const most = required(input.MaxCount, "maxCount");
  if (least < 1 || most < least) {
    throw invalidValue(most, "maxCount", `The maximum count is less than the minimum count of ${least}.`);
  }
  const isSpot = input.InstanceMarketOptions?.MarketType === "spot";
  const tags = tagsFromSpecifications(
    input.TagSpecifications,
    isSpot
      ? ["instance", "volume", "network-interface", "spot-instances-request"]
      : ["instance", "volume", "network-interface"],
  );
  const ids = idempotent("RunInstances", input, context, () => {
    const spec = resolveLaunch(input, context);
    const at = clock.now();
    if (isSpot) checkSpot(input, spec, context);
    checkRoom(spec.subnetId, most, context);
    const reservationId = random.id("r");
    return Array.from({ length: most }, (_, launchIndex) => {
      const spotRequestId = isSpot ? `sir-${random.hex(8)}` : undefined;
      const instance = launchInstance(
        spec,
        {
          reservationId,
          launchIndex,
          clientToken: input.ClientToken ?? "",
          spotRequestId,
          tags: (type) => tags.get(type),
        },
        at,
        context,
      );
      if (spotRequestId !== undefined) {
        state.spotRequests[spotRequestId] = fulfilledRequest(spotRequestId, instance.instanceId, spec, input, context);
        setTags(state, spotRequestId, tags.get("spot-instances-request"));
      }
      return instance.instanceId;
    });
  });
  const instances = ids.flatMap((id) => state.instances[id] ?? []);
  const volumes = volumesByInstance(context);
  return {
    ReservationId: instances[0]?.reservationId,
    OwnerId: context.account,
    Groups: [],
    Instances: instances.map((instance) => instanceAnswer(instance, volumes, context)),
  };
}

function checkSpot(input: RunInstancesCommandInput, spec: LaunchSpec, context: Ec2Context): void {
  const options = input.InstanceMarketOptions?.SpotOptions;
  const behaviour = options?.InstanceInterruptionBehavior ?? "terminate";
  if (behaviour !== "terminate") {
    if (options?.SpotInstanceType !== "persistent") {
      throw ec2Error(
        "InvalidParameterCombination",
        `The interruption behavior ${behaviour} is only supported for persistent Spot requests.`,
      );
    }
    throw notImplemented("ec2", `spot interruption behaviour ${behaviour}`);
  }
  if (capacityOf(spec.instanceType, context) === "none") {
    throw ec2Error("InsufficientInstanceCapacity", "There is no Spot capacity available that matches your request.");
  }
  const maxPrice = checkedMaxPrice(options?.MaxPrice, spec.instanceType);
  const price = priceOf(spec.instanceType, context);
  if (Number(maxPrice) < price) {
    throw ec2Error(
      "SpotMaxPriceTooLow",
      `Your Spot request price of ${maxPrice} is lower than the minimum required Spot request fulfillment price of ${price}.`,
    );
  }
}

function fulfilledRequest(
  requestId: string,
  instanceId: string,
  launch: LaunchSpec,
  input: RunInstancesCommandInput,
  { state, clock }: Ec2Context,
): SpotRequestRecord {
  const options = input.InstanceMarketOptions?.SpotOptions;
  const at = clock.now();
  return {
    requestId,
    type: options?.SpotInstanceType ?? "one-time",
    state: "active",
    status: { code: "fulfilled", at },
    createdAt: at,
    maxPrice: checkedMaxPrice(options?.MaxPrice, launch.instanceType),
    launch,
    instanceId,
    visibleAt: at + state.timing.listingLag,
    ...(options?.ValidUntil === undefined ? {} : { validUntil: options.ValidUntil.getTime() }),
  };
}
