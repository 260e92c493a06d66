import { describe, expect, test } from "vitest";
import type { Matter, News } from "../../../shared/report/notification/matter.ts";
import {
  afterTelling,
  dueFor,
  keptFor,
  knowsNothing,
  mostOwed,
  type Topic,
} from "../../../shared/report/notification/topic-news.ts";

const arn = "arn:aws:sns:eu-central-1:123456789012:acme-gitlab";
const topic = (...events: Topic["events"]): Topic => ({ arn, events, format: "Text" });
const news = (matters: readonly Matter[], uncertain: News["uncertain"] = () => false): News => ({
  matters,
  drifted: [],
  versions: {},
  uncertain,
});
const waiting = (subject: string, content: string | null, ...events: Matter["events"]): Matter => ({
  events: events.length === 0 ? ["ApprovalNeeded", "Stalled"] : events,
  subject,
  message: "replace: another type",
  since: 1,
  content,
});
const healed: Matter = { events: ["Healed", "Drifted"], subject: "iam/role/host", message: "put right", since: 5 };

/** What a topic is told by one run after another, each a list of `event: subject...`, with `*` at what is new. */
function told(one: Topic, ...runs: readonly News[]): readonly (readonly string[])[] {
  let status = knowsNothing;
  return runs.map((run) => {
    const due = dueFor(one, status, run);
    status = due.status;
    for (const { event } of due.bulletins) status = afterTelling(one, status, run, event);
    status = keptFor(status);
    return due.bulletins.map(
      ({ event, items }) => `${event}: ${items.map(({ subject, fresh }) => `${subject}${fresh ? "*" : ""}`).join(" ")}`,
    );
  });
}

describe("what lasts", () => {
  const one = news([waiting("host/instance", "a1")]);
  const two = news([waiting("host/instance", "a1"), waiting("host/volume", "b1")]);

  test("is told once, whatever the number of runs", () => {
    expect(told(topic("ApprovalNeeded"), one, one, one)).toEqual([["ApprovalNeeded: host/instance*"], [], []]);
  });

  test("is told again with what joins it, which stands first", () => {
    expect(told(topic("ApprovalNeeded"), one, two)[1]).toEqual(["ApprovalNeeded: host/volume* host/instance"]);
  });

  test("is told again when its content has changed, or when it comes back", () => {
    const other = news([waiting("host/instance", "a2")]);
    expect(told(topic("ApprovalNeeded"), one, other, other)).toEqual([
      ["ApprovalNeeded: host/instance*"],
      ["ApprovalNeeded: host/instance*"],
      [],
    ]);
    expect(told(topic("ApprovalNeeded"), one, news([]), one)[2]).toEqual(["ApprovalNeeded: host/instance*"]);
  });

  test("is no news where less of it is left", () => {
    expect(told(topic("ApprovalNeeded"), two, one)[1]).toEqual([]);
  });

  test("neither ends nor begins while nobody can tell", () => {
    expect(
      told(
        topic("ApprovalNeeded"),
        one,
        news([], (_event, subject) => subject === "host/instance"),
        one,
      ),
    ).toEqual([["ApprovalNeeded: host/instance*"], [], []]);
  });

  test("is no news where it can't be told whether its content has changed", () => {
    const drift = (content: string | null) => news([waiting("host/instance", content, "Drifted")]);
    expect(told(topic("Drifted"), drift("a"), drift(null), drift("a"), drift("b"))).toEqual([
      ["Drifted: host/instance*"],
      [],
      [],
      ["Drifted: host/instance*"],
    ]);
    expect(told(topic("Drifted"), drift(null), drift(null))).toEqual([["Drifted: host/instance*"], []]);
  });
});

describe("one matter", () => {
  test.each([
    [topic("ApprovalNeeded", "Stalled"), ["ApprovalNeeded: host/instance*"]],
    [topic("Stalled", "ApprovalNeeded"), ["ApprovalNeeded: host/instance*"]],
    [topic("Stalled"), ["Stalled: host/instance*"]],
    [topic("Drifted"), []],
  ])("is told by the most telling event that a topic listens to", (one, expected) => {
    expect(told(one, news([waiting("host/instance", "a1")]))).toEqual([expected]);
  });

  test("that was found and put right at once is told once to each", () => {
    expect(told(topic("Drifted", "Healed"), news([healed]), news([]))).toEqual([["Healed: iam/role/host*"], []]);
    expect(told(topic("Drifted"), news([healed]))).toEqual([["Drifted: iam/role/host*"]]);
  });
});

describe("a topic that refuses", () => {
  const one = topic("Healed", "ApprovalNeeded");
  const run = news([healed, waiting("host/instance", "a1")]);

  test("is told later of what happened and of what still lasts, and not of what is over", () => {
    const first = keptFor(dueFor(one, knowsNothing, run).status);
    expect(first.owed).toHaveLength(1);
    expect(first.told).toEqual({});
    const later = dueFor(one, first, news([]));
    expect(later.bulletins.map(({ event, items }) => [event, items.length])).toEqual([["Healed", 1]]);
    expect(keptFor(afterTelling(one, later.status, news([]), "Healed"))).toEqual({ told: {} });
  });

  test("is owed so many at most, and is told how many are lost", () => {
    let status = knowsNothing;
    for (let count = 0; count < mostOwed + 7; count += 1) status = keptFor(dueFor(one, status, news([healed])).status);
    expect(status.owed).toHaveLength(mostOwed);
    const due = dueFor(one, status, news([]));
    expect(due.bulletins[0]).toMatchObject({ event: "Healed", dropped: 7 });
    expect(keptFor(afterTelling(one, due.status, news([]), "Healed"))).toEqual({ told: {} });
  });

  test("that listens to other events now is owed nothing of the old ones", () => {
    const status = keptFor(dueFor(one, knowsNothing, run).status);
    expect(keptFor(dueFor(topic("Failed"), status, news([])).status)).toEqual({ told: {} });
  });
});

test("many that are told at once are no loss", () => {
  const many = news(Array.from({ length: 200 }, (_, index) => ({ ...healed, subject: `iam/role/r${index}` })));
  const due = dueFor(topic("Healed"), knowsNothing, many);
  expect(due.bulletins[0]?.items).toHaveLength(200);
  expect(keptFor(afterTelling(topic("Healed"), due.status, many, "Healed"))).toEqual({ told: {} });
});
