import type { RunInstancesCommandInput, RunInstancesCommandOutput } from "@aws-sdk/client-ec2";
import { notImplemented } from "../../service-error.ts";
import { idempotent } from "./client-tokens.ts";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, invalidValue, required } from "./errors.ts";
import { instanceAnswer } from "./instance-answer.ts";
import { type LaunchOptions, launchInstance } from "./launch.ts";
import { launchFulfilled, type SpotWish } from "./launch-fulfilled.ts";
import { resolveLaunch } from "./launch-spec.ts";
import type { LaunchSpec } from "./launch-state.ts";
import { launchOf, templateTags } from "./launch-template-lookup.ts";
import { checkRoom } from "./network-interface-lookup.ts";
import { capacityOf, checkedMaxPrice, priceOf } from "./spot-market.ts";
import type { TagRecord } from "./state.ts";
import { setTags, tagsFromSpecifications } from "./tags.ts";
import { volumesByInstance } from "./volume-index.ts";

/** Launches MaxCount instances, or none. The same client token gives the same instances again. */
export function RunInstances(input: RunInstancesCommandInput, context: Ec2Context): Answer<RunInstancesCommandOutput> {
  const { state, random, clock } = context;
  const launch = input.LaunchTemplate === undefined ? undefined : launchOf(input.LaunchTemplate, context);
  const least = required(input.MinCount, "minCount");
  const most = required(input.MaxCount, "maxCount");
  if (least < 1 || most < least) {
    throw invalidValue(most, "maxCount", `The maximum count is less than the minimum count of ${least}.`);
  }
  const isSpot = input.InstanceMarketOptions?.MarketType === "spot";
  const own = input.TagSpecifications ?? [];
  const ofTemplate = (launch?.tags ?? []).filter(
    ({ ResourceType: type }) => !own.some((one) => one.ResourceType === type),
  );
  const tags = tagsFromSpecifications(
    [...own, ...ofTemplate],
    isSpot
      ? ["instance", "volume", "network-interface", "spot-instances-request"]
      : ["instance", "volume", "network-interface"],
  );
  const ids = idempotent("RunInstances", input, context, () => {
    const spec = resolveLaunch(launch === undefined ? input : { ...launch.request, ...input }, context);
    const at = clock.now();
    if (isSpot) checkSpot(input, spec, context);
    checkRoom(spec.subnetId, most, context);
    const reservationId = random.id("r");
    return Array.from({ length: most }, (_, launchIndex) => {
      const options: LaunchOptions = {
        reservationId,
        launchIndex,
        clientToken: input.ClientToken ?? "",
        tags: (type) => tags.get(type),
      };
      const instance = isSpot
        ? launchFulfilled(spec, options, spotWish(input, tags.get("spot-instances-request")), at, context)
        : launchInstance(spec, options, at, context);
      if (launch !== undefined) setTags(state, instance.instanceId, templateTags(launch));
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

function spotWish(input: RunInstancesCommandInput, tags: readonly TagRecord[] | undefined): SpotWish {
  const options = input.InstanceMarketOptions?.SpotOptions;
  return {
    type: options?.SpotInstanceType ?? "one-time",
    maxPrice: options?.MaxPrice,
    validUntil: options?.ValidUntil?.getTime(),
    tags,
  };
}
