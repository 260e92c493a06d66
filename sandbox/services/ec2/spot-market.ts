import type {
  DescribeSpotPriceHistoryCommandInput,
  DescribeSpotPriceHistoryCommandOutput,
  _InstanceType as InstanceType,
} from "@aws-sdk/client-ec2";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error } from "./errors.ts";
import { typeSpec } from "./instance-types.ts";

/** Where nothing is set, spot costs about a third of on-demand. */
const USUAL_SHARE = 0.35;

/** USD an hour, as the market stands. */
export function priceOf(instanceType: string, { state }: Ec2Context): number {
  const { prices } = state.spotMarket;
  return prices[instanceType] ?? prices["*"] ?? round(typeSpec(instanceType).price * USUAL_SHARE);
}

export function capacityOf(instanceType: string, { state }: Ec2Context): "available" | "none" {
  const { capacity } = state.spotMarket;
  return capacity[instanceType] ?? capacity["*"] ?? "available";
}

/** The price asked for; without one it is the on-demand price. An empty text counts as none. */
export function checkedMaxPrice(price: string | undefined, instanceType: string): string {
  if (price === undefined || price === "") return typeSpec(instanceType).price.toFixed(6);
  const amount = Number(price);
  if (!Number.isFinite(amount) || amount <= 0) {
    throw ec2Error("InvalidParameterValue", `Invalid value '${price}' for SpotPrice.`);
  }
  return amount.toFixed(6);
}

/** The price as it stands, once for each type and zone: the market has no past here. */
export function DescribeSpotPriceHistory(
  input: DescribeSpotPriceHistoryCommandInput,
  context: Ec2Context,
): Answer<DescribeSpotPriceHistoryCommandOutput> {
  const types: readonly InstanceType[] = input.InstanceTypes ?? [];
  const zones = ["a", "b", "c"].map((zone) => `${context.region}${zone}`);
  const SpotPriceHistory = types.flatMap((name) =>
    zones
      .filter((zone) => input.AvailabilityZone === undefined || input.AvailabilityZone === zone)
      .map((AvailabilityZone) => ({
        AvailabilityZone,
        InstanceType: typeSpec(name).name,
        ProductDescription: "Linux/UNIX" as const,
        SpotPrice: priceOf(name, context).toFixed(6),
        Timestamp: new Date(context.clock.now()),
      })),
  );
  return { SpotPriceHistory, NextToken: "" };
}

function round(price: number): number {
  return Math.round(price * 1e6) / 1e6;
}
