// Everything that the nodes need, in one import.
export { CallFailed, PolicyRefused } from '@despertador/host';
export { Assistance, NotHere } from './assistance.mjs';
export { checked, surroundings } from './check.mjs';
export { useClock } from './clock.mjs';
export { EVENTS, Misunderstood } from './inbound.mjs';
export { diagnostic } from './outbound.mjs';
export { Plugin } from './plugin.mjs';
export { contextStore } from './store.mjs';
