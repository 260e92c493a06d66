import { FleetStore } from "../../shared/store/fleet-store.ts";
import type { FleetWorld } from "../harness/fleet-world.ts";
import { fleetName } from "./fleet-shape.ts";
import { openFor } from "./odd-runs.ts";

/** What never falls in the life of a fleet: the lease's epoch and the generation that was observed, as the status has them. */
export class RisingNumbers {
  #epoch = 0;
  #generation = 0;

  /** @returns a sentence for each that fell since the last look */
  async check(world: FleetWorld): Promise<readonly string[]> {
    const { status } = await new FleetStore((await openFor(world)).store).load(fleetName);
    const { epoch = 0, observedGeneration = 0 } = status?.value ?? {};
    const fallen = [
      ...(epoch < this.#epoch ? [`the epoch fell from ${this.#epoch} to ${epoch}`] : []),
      ...(observedGeneration < this.#generation
        ? [`observedGeneration fell from ${this.#generation} to ${observedGeneration}`]
        : []),
    ];
    this.#epoch = epoch;
    this.#generation = observedGeneration;
    return fallen;
  }
}
