import type {
  Activity,
  DescribeScalingActivitiesCommandInput,
  DescribeScalingActivitiesCommandOutput,
} from "@aws-sdk/client-auto-scaling";
import type { Answer, AutoScalingContext } from "./context.ts";
import { page } from "./pages.ts";
import type { ActivityRecord } from "./state.ts";

/** Newest first. */
export function DescribeScalingActivities(
  input: DescribeScalingActivitiesCommandInput,
  context: AutoScalingContext,
): Answer<DescribeScalingActivitiesCommandOutput> {
  const { AutoScalingGroupName: name, ActivityIds: ids = [] } = input;
  const matching = context.state.activities
    .filter(({ group, id }) => (name === undefined || group === name) && (ids.length === 0 || ids.includes(id)))
    .map((activity, index) => ({ activity, index }));
  const key = ({ index }: { index: number }) => String(index).padStart(6, "0");
  const { items, NextToken } = page(matching, key, input, { usual: 100, most: 100 }, context.pageSize);
  return { Activities: items.map(({ activity }) => activityAnswer(activity)), NextToken };
}

export function activityAnswer(activity: ActivityRecord): Activity {
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: activity.group,
    Description: activity.description,
    Cause: activity.cause,
    StartTime: new Date(activity.startedAt),
    StatusCode: activity.status,
    StatusMessage: activity.message,
    Progress: 100,
  };
}
