import { expect, test } from "vitest";
import { planJson } from "../../shared/report/plan-json.ts";
import { planMarkdown, planMarker } from "../../shared/report/plan-markdown.ts";
import { planText } from "../../shared/report/plan-text.ts";
import { colourStyle, plainStyle } from "../../shared/report/style.ts";
import { samplePlan } from "./sample-plan.ts";

test("a plan reads like a diff: widest risk first, what, from, to, why, and a total at the end", () => {
  const lines = planText(samplePlan, plainStyle).split("\n");
  const host = lines.indexOf("host/instance");
  const rules = lines.indexOf("network/rules/host");
  expect(host).toBeGreaterThan(-1);
  expect(rules).toBeGreaterThan(host);
  expect(lines[host + 1]).toMatch(/^ {2}± replace destructive [0-9a-f]{12}$/);
  expect(lines).toContain("      held: ApprovalNeeded: approve it by its id");
  expect(lines).toContain("      ~ ami: ami-1 -> ami-2");
  expect(lines).toContain("      ~ groups[host]: sg-1 -> (known after apply: network/group/host.id)");
  expect(lines).toContain("  ? iam/role/host: reading the role was throttled");
  expect(lines.at(-2)).toBe("Plan: 1 to update, 1 to replace; 1 held, 1 unknown.");
});

test("what is unknown for one and the same reason is said once, with everything that it holds", () => {
  const why = "the host doesn't answer";
  const unknown = [
    { kind: "stack", name: "docker", why },
    { kind: "iam", name: "role/host", why: "throttled" },
    { kind: "stack", name: "volume", why },
  ];
  const text = planText({ ...samplePlan, unknown }, plainStyle);
  expect(text).toContain(
    "  ? the host doesn't answer\n      stack/docker\n      stack/volume\n  ? iam/role/host: throttled\n",
  );
  expect(planMarkdown({ ...samplePlan, unknown })).toContain(
    "- `stack/docker`, `stack/volume`: the host doesn't answer\n",
  );
});

test("colours change nothing but colours", () => {
  const esc = String.fromCharCode(27);
  const coloured = planText(samplePlan, colourStyle());
  expect(coloured).toContain(esc);
  expect(coloured.replaceAll(new RegExp(`${esc}\\[\\d+m`, "g"), "")).toBe(planText(samplePlan, plainStyle));
});

test("a plan with nothing in it says that everything is as declared", () => {
  const text = planText({ ...samplePlan, actions: [], unknown: [] }, plainStyle);
  expect(text.trimEnd().split("\n").at(-1)).toBe("Nothing to do: everything is as declared.");
});

test("the Markdown plan can be found again by its first line, and its values stay values", () => {
  const markdown = planMarkdown(samplePlan);
  expect(markdown.startsWith(`${planMarker("acme")}\n`)).toBe(true);
  expect(markdown).toContain('``{"description":"just `for` a <moment>"}``');
});

test("the JSON plan has the documented fields and is plain JSON", () => {
  const json = planJson(samplePlan, []);
  expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  expect(json.actions[1]).toMatchObject({
    kind: "host",
    name: "instance",
    verb: "replace",
    held: { reason: "ApprovalNeeded" },
  });
});
