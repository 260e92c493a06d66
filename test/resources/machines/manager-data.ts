import { Failure } from "../../../shared/engine/failure.ts";
import { diskHash } from "../../../shared/resources/machines/disk.ts";
import type { ManagerAnswer } from "../../../shared/resources/machines/witness-port.ts";

export const machinesPath = "/data/machine/machines";
export const mount = "/data";

/** A manager's data volume: what outlives its instance. */
export interface Data {
  readonly volume: string;
  generation: number;
  sentinel: boolean;
  /** Name template of its only section. */
  template: string;
  /** Instance ids by machine's name; undefined while docker-machine doesn't know it yet. */
  readonly directories: Map<string, string | undefined>;
}

export function newData(volume: string): Data {
  return { volume, generation: 1, sentinel: true, template: "runner-t9wkyjhg-acme-build-%s", directories: new Map() };
}

/**
 * What a list-machines document would print of a manager's volume.
 * @param data undefined: the host is gone, or silent @throws {Failure} then
 */
export function managerAnswer(id: string, nonce: string, data: Data | undefined): ManagerAnswer {
  if (data === undefined) {
    throw new Failure({ code: "HostSilent", class: "retry", message: `${id} didn't answer` });
  }
  const machines = [...data.directories].map(([name, instanceId]) => ({
    name,
    ...(instanceId === undefined ? {} : { instanceId }),
  }));
  return {
    nonce,
    instance: id,
    path: machinesPath,
    mount,
    ...(data.sentinel ? { sentinel: { volume: data.volume, generation: data.generation } } : {}),
    machines,
    count: machines.length,
    hash: diskHash(machines),
    ended: true,
    sections: [data.template],
    processes: [],
    systemId: "r_abcdefghijkl",
  };
}
