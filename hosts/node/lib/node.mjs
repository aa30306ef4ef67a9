// The package in Node.
import { readFile } from 'node:fs/promises';
import { hosting } from './host.mjs';

export * from './host.mjs';
export const { instances, load } = hosting(async (url) => WebAssembly.compile(await readFile(url)));
