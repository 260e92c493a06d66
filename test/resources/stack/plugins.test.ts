import { expect, test } from "vitest";
import { pluginsOf } from "../../../shared/resources/common/fleeting.ts";
import { renderRunnerImage } from "../../../shared/resources/stack/render-runner-image.ts";
import { pooledFleet } from "../pool/pool-world.ts";
import { fleetOf } from "../sample-fleet.ts";

const plugin = (name: string) => pooledFleet(["maxInstances: 10", `maxInstances: 10\n          plugin: "${name}"`]);

test("the manager's image has the plugin of each autoscaler, in the version that its section names", () => {
  const image = renderRunnerImage("19.5.1", pluginsOf(pooledFleet()));
  expect(image).toContain("gitlab-runner fleeting -c /tmp/plugins.toml install");
  expect(image).toContain('plugin = "aws:1.1.0"');
  expect(image).toContain("ENV FLEETING_PLUGIN_PATH=");
  expect(renderRunnerImage("19.5.1", pluginsOf(plugin("aws:1.4.2")))).toContain('plugin = "aws:1.4.2"');
});

test("a file without autoscalers has the image that it had", () => {
  expect(pluginsOf(fleetOf())).toEqual([]);
  expect(renderRunnerImage("19.5.1", [])).not.toContain("fleeting");
});

test("a program that somebody put on the path is not fetched, and no name gets out of its quotes", () => {
  expect(pluginsOf(plugin("fleeting-plugin-aws"))).toEqual([]);
  expect(pluginsOf(plugin("aws:1'; reboot; '"))).toEqual([]);
});
