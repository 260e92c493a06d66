import { Duration, Stack, type StackProps } from "aws-cdk-lib";
import {
  Alarm,
  AlarmWidget,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  Metric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { Construct } from "constructs";
import { type MetricName, metricNamespace } from "../../functions/common/metrics.ts";
import { type AlarmDefinition, alarmDefinitions } from "../alarms.ts";
import type { Installation } from "../installation.ts";
import type { FunctionStack } from "./function-stack.ts";
import type { StateStack } from "./state-stack.ts";

/** Who looks after the reconciler: alarms to the topic, and one dashboard. */
export class WatchStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { settings }: Installation,
    { state, functions }: { readonly state: StateStack; readonly functions: FunctionStack },
    props: StackProps,
  ) {
    super(scope, id, props);
    const alarms = alarmDefinitions(settings).map((definition) => {
      const alarm = new Alarm(this, `Alarm-${definition.name}`, {
        alarmName: `${settings.name}-${definition.name}`,
        alarmDescription: `${definition.means} Runbook: docs/runbook.md#${definition.name}`,
        metric: metricOf(definition, state, functions),
        threshold: definition.threshold,
        comparisonOperator:
          definition.when === "above"
            ? ComparisonOperator.GREATER_THAN_THRESHOLD
            : ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluationPeriods: definition.periods,
        treatMissingData: definition.when === "above" ? TreatMissingData.NOT_BREACHING : TreatMissingData.BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(state.alarms));
      alarm.addOkAction(new SnsAction(state.alarms));
      return alarm;
    });
    new Dashboard(this, "Dashboard", {
      dashboardName: settings.name,
      widgets: [
        alarms.map(
          (alarm) => new AlarmWidget({ title: alarm.node.id.replace("Alarm-", ""), alarm, width: 6, height: 4 }),
        ),
        [
          graph("Runs", [
            ours("Completed", "Sum"),
            ours("RunsFailed", "Sum"),
            ours("Ready", "Sum"),
            ours("Busy", "Sum"),
          ]),
          graph("Longest trouble, seconds", [
            ours("NotReadyFor", "Maximum"),
            ours("UnknownFor", "Maximum"),
            ours("OrphansFor", "Maximum"),
          ]),
        ],
        [
          graph("Actions", [
            ours("ActionsApplied", "Sum"),
            ours("ActionsFailed", "Sum"),
            ours("ActionsHeld", "Maximum"),
          ]),
          graph("Collection", [ours("Swept", "Sum"), ours("Deleted", "Sum"), ours("DeletionsFailed", "Sum")]),
          graph("Calls to AWS", [ours("Calls", "Sum"), ours("Throttled", "Sum")]),
        ],
        [
          graph("Duration of runs, milliseconds", [ours("Duration", "p50"), ours("Duration", "Maximum")]),
          graph("Dead letters", [state.deadLetters.metricApproximateNumberOfMessagesVisible()]),
        ],
      ],
    });
  }
}

function metricOf({ metric, minutes }: AlarmDefinition, state: StateStack, { functions }: FunctionStack): IMetric {
  const period = Duration.minutes(minutes);
  switch (metric.of) {
    case "fleetkeeper":
      return ours(metric.name, metric.statistic, period);
    case "lambda":
      return metric.name === "Errors"
        ? functions[metric.function].metricErrors({ period })
        : functions[metric.function].metricThrottles({ period });
    case "queue":
      return state.deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: "Maximum", period });
  }
}

/** Over all fleets. */
function ours(metricName: MetricName, statistic: string, period = Duration.minutes(5)): Metric {
  return new Metric({ namespace: metricNamespace, metricName, statistic, period });
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 12, height: 6 });
}
