import type { Context } from "aws-lambda";

/** What Lambda hands a handler beside its event. @param left milliseconds until the process is ended */
export function lambdaContext(name: string, awsRequestId: string, left: () => number): Context {
  const invokedFunctionArn = `arn:aws:lambda:eu-central-1:123456789012:function:fleetkeeper-${name}`;
  return {
    awsRequestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: `fleetkeeper-${name}`,
    functionVersion: "$LATEST",
    invokedFunctionArn,
    memoryLimitInMB: "512",
    logGroupName: `/aws/lambda/fleetkeeper-${name}`,
    logStreamName: "2026/11/24/[$LATEST]0123456789abcdef0123456789abcdef",
    getRemainingTimeInMillis: left,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
