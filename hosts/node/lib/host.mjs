// What is the same in Node and in a browser.
import { instantiate } from '../generated/despertador.js';
import modules from '../generated/modules.js';
import { Plugin } from './plugin.mjs';

export { check, withDone } from './answer.mjs';
export { rendered, step, word } from './key.mjs';
export { CallFailed, Plugin, PolicyRefused } from './plugin.mjs';

/**
 * The two functions of the package, for a function that compiles the WebAssembly module at a URL.
 *
 * `instances` compiles once and returns what makes a fresh instance: the contract's interface
 * `decisions`. `load` returns a plugin that makes its instances with it. It takes no options: those that
 * other hosts have are limits, and a limit without effect is refused.
 */
export function hosting(compile) {
  const instances = async () => {
    const all = Object.entries(modules).map(async ([name, url]) => [name, await compile(url)]);
    const compiled = new Map(await Promise.all(all));
    return () => instantiate((name) => compiled.get(name), {}).decisions;
  };
  const load = async (options = {}) => {
    refuse(options);
    return new Plugin(await instances());
  };
  return { instances, load };
}

function refuse({ limits = {}, ...options }) {
  const [name] = [...Object.keys(limits), ...Object.keys(options)];
  if (name === undefined) return;
  throw new TypeError(
    `\`${name}\` has no effect here: JavaScript engines do not limit the fuel, memory or time of a call; ` +
      'run a plugin that you did not build in a worker that you can terminate, or in the host for Rust or ' +
      'Python, which has limits',
  );
}
