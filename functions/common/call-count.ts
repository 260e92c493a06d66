import type { AwsCall } from "../../shared/aws/call.ts";
import { isThrottledCode } from "../../shared/aws/classify.ts";

/** Counts attempts of calls, for the metrics. */
export class CallCount {
  calls = 0;
  throttled = 0;

  readonly add = ({ outcome }: AwsCall): void => {
    this.calls += 1;
    if (isThrottledCode(outcome)) this.throttled += 1;
  };
}
