// The package in a browser; also in other runtimes that have `fetch`.
import { hosting } from './host.mjs';

export * from './host.mjs';
export const { instances, load } = hosting((url) => WebAssembly.compileStreaming(fetch(url)));
