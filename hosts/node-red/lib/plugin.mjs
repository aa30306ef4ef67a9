// The component in Node-RED's process.
import { instances, Plugin as Hosted } from '@despertador/host';

/** Makes a fresh instance of the component. */
export const fresh = await instances();

let make = fresh;

/** Sets another way to make an instance, for tests; or the component's again if none is given. */
export function useInstances(other) {
  make = other ?? fresh;
}

export class Plugin extends Hosted {
  constructor() {
    super(() => make());
  }
}
