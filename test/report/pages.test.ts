import { expect, test } from "vitest";
import type { RunRecord } from "../../shared/engine/record.ts";
import { historyHtml } from "../../shared/report/history-html.ts";
import { planHtml } from "../../shared/report/plan-html.ts";
import { statusHtml } from "../../shared/report/status-html.ts";
import { samplePlan } from "./sample-plan.ts";

const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>`;

const record: RunRecord = {
  version: 1,
  fleet: "acme",
  requestId: "r-1",
  trigger: "manual",
  force: false,
  epoch: 3,
  startedAt: 0,
  endedAt: 4_000,
  end: "Held",
  rounds: 1,
  actions: [
    {
      ...samplePlan.actions[0],
      id: "a1",
      target: { kind: "network", name: "rules/host" },
      verb: "update",
      risk: "safe",
      reason: hostile,
      changes: [{ path: "ingress", from: hostile }],
      round: 1,
      outcome: { state: "applied", endedAt: 3_000 },
    },
  ],
  held: [
    {
      id: "h1",
      target: { kind: "host", name: "instance" },
      verb: "replace",
      risk: "destructive",
      hold: { reason: "ApprovalNeeded", message: "approve it by its id" },
    },
  ],
  unknown: [{ kind: "stack", name: hostile, why: hostile }],
  conditions: [],
  notes: [],
};

const pages = [
  ["plan", planHtml({ ...samplePlan, fleet: "acme", unknown: record.unknown }, 0)],
  ["history", historyHtml("acme", [record], 0)],
  [
    "status",
    statusHtml(
      {
        version: 1,
        fleet: "acme",
        observedGeneration: 1,
        incarnation: "i",
        epoch: 3,
        conditions: [],
        inventory: {},
        notManaged: [],
        notes: [hostile],
        lastRun: { requestId: "r-1", trigger: "manual", startedAt: 0, endedAt: 4_000 },
        resources: {
          "stack/x": {
            kind: "stack",
            name: hostile,
            sync: "Failed",
            since: 0,
            health: { status: "Healthy" },
            message: hostile,
          },
        },
      },
      undefined,
      9_000,
    ),
  ],
] as const;

test.each(pages)("the %s page runs nothing and fetches nothing, whatever the account's names hold", (_, text) => {
  expect(text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(text).not.toMatch(/<script|<img|<link|https?:/);
  expect(text).toContain("default-src &#39;none&#39;");
});

test("the history page says what was changed, from what to what, and what waits for whom", () => {
  const text = historyHtml("acme", [record], 0);
  expect(text).toContain('<li class="removed"><code>- ingress: ');
  expect(text).toContain("held: ApprovalNeeded");
  expect(text).toContain("host/instance");
});
