import type { ContainerRecord } from "../host-state.ts";

/** A path inside a container, as it is on the host; undefined where it isn't bound. */
export function onHost(container: ContainerRecord, path: string): string | undefined {
  const bind = container.binds.find((one) => path === one.container || path.startsWith(`${one.container}/`));
  return bind === undefined ? undefined : `${bind.host}${path.slice(bind.container.length)}`;
}
