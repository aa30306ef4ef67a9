// Generates generated/ from the component: WebAssembly modules and their JavaScript.
//
//   node build.mjs                                  the component of the current source, built by
//   cargo
//   DESPERTADOR_COMPONENT=FILE node build.mjs       an existing component
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transpile } from '@bytecodealliance/jco-transpile';
import * as words from './lib/words.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const repository = resolve(here, '../..');
const folder = join(here, 'generated');

/**
 * Slow parts of jco's output and their replacements. Each keeps the meaning; if a version of
 * jco no longer writes the first half, the build stops, so that this list stays correct.
 */
const SLOW = [
  {
    // Read several times in each call. Reading the environment leaves JavaScript.
    written: 'globalThis?.process?.env?.JCO_DEBUG',
    instead: 'false',
  },
  {
    // Where this function does not exist the call throws, and V8 parses the whole file again to
    // word the error, once per export, for each new instance.
    written: '= WebAssembly.promising(',
    instead: '= (WebAssembly.promising ?? ((plain) => plain))(',
  },
];

/** The component next to its generated code; the package does not contain it. */
async function component() {
  const file = join(folder, 'despertador.wasm');
  if (process.env.DESPERTADOR_COMPONENT) {
    await copyFile(resolve(process.env.DESPERTADOR_COMPONENT), file);
    return file;
  }
  const command = ['run', '--locked', '-q', '-p', 'despertador', '--', 'inspect', '--save', file];
  execFileSync('cargo', command, { cwd: repository, stdio: ['ignore', 'ignore', 'inherit'] });
  return file;
}

export function quicken(script) {
  for (const { written, instead } of SLOW) {
    if (!script.includes(written)) {
      throw new Error(`jco no longer writes \`${written}\`: look at its output and mend SLOW in build.mjs`);
    }
    script = script.replaceAll(written, instead);
  }
  return script;
}

/** The modules with their places, written so that bundlers find them. */
const list = (names) => `export default {
${names.map((name) => `  '${name}': new URL('./${name}', import.meta.url),\n`).join('')}};
`;

/** The types of lists of words. */
const typed = (lists) =>
  Object.entries(lists)
    .map(([name, list]) => `export declare const ${name}: readonly [${list.map((word) => `'${word}'`).join(', ')}];\n`)
    .join('');

export async function build() {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { files, imports } = await transpile(await component(), {
    name: 'despertador',
    instantiation: 'sync',
    // An error result is thrown as an `Error`, as by jco's command.
    noComponentErrorWrapping: false,
  });
  if (imports.length > 0) throw new Error(`the component imports ${imports.join(', ')}; it must import nothing`);
  const written = Object.entries(files).map(([key, file]) => (Array.isArray(file) ? file : [key, file]));
  const [, types] = written.find(([name]) => name.endsWith('-decisions.d.ts')) ?? [];
  if (!types || !/static parse\(/.test(new TextDecoder().decode(types))) {
    throw new Error('the component does not export `policy.parse` of `decisions`; it is no plugin of this contract');
  }
  for (const [name, bytes] of written) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, name.endsWith('.js') ? quicken(new TextDecoder().decode(bytes)) : bytes);
  }
  const modules = written.map(([name]) => name).filter((name) => name.endsWith('.wasm')).sort();
  await writeFile(join(folder, 'modules.js'), list(modules));
  await writeFile(join(folder, 'words.d.ts'), typed(words));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
