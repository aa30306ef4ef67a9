// What a call of the component costs in JavaScript.
//
//   ./bench            in Node and, where it is installed, in Chromium
//   ./bench --json     for programs
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, browserTests } from './tests/support/chromium.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const config = await readFile(join(here, '../../policies/adereso.json'), 'utf8');
const FILES = ['despertador.core.wasm', 'despertador.core2.wasm', 'despertador.core3.wasm'];

/** Runs here and, as text, in a page. Returns nanoseconds, the median of the rounds of each call. */
function measure({ instantiate, modules, config, now }) {
  const ROUNDS = 25;
  const median = (calls, call) => {
    const rounds = [];
    for (let round = 0; round < ROUNDS + 3; round += 1) {
      const start = now();
      for (let i = 0; i < calls; i += 1) call();
      // The first rounds warm up the compiler.
      if (round >= 3) rounds.push(((now() - start) * 1e6) / calls);
    }
    return Math.round(rounds.sort((a, b) => a - b)[ROUNDS >> 1]);
  };
  const make = () => instantiate((path) => modules[path], {});
  const surroundings = { tickResolution: 1000n, inactivityExit: { tag: 'linked' } };
  const ticket = {
    id: '4711',
    status: { tag: 'open' },
    department: 'soporte',
    channel: { tag: 'whatsapp' },
    tags: [],
    incompleteMetadata: false,
    group: false,
    optedOut: false,
  };
  const T = 1_800_000_000_000n;
  const message = (author, at) => ({ at, receivedAt: at, author: { tag: author }, kind: { tag: 'text' }, origin: { tag: 'written' } });
  const { Policy } = make().decisions;
  const policy = Policy.parse(config, surroundings);
  let { memory } = policy.onMessage(ticket, new Uint8Array(), message('customer', T));
  memory = policy.onMessage(ticket, memory, message('agent', T + 60_000n)).memory;
  const again = message('agent', T + 90_000n);
  const expect = (decision, tag) => {
    if (decision.outcome.tag !== tag) throw new Error(`expected to ${tag}, got ${decision.outcome.tag}`);
  };
  expect(policy.onTick(ticket, memory, T + 70_000n), 'wait');
  expect(policy.onTick(ticket, memory, T + 660_000n), 'act');
  expect(policy.onMessage(ticket, memory, again).decision, 'wait');
  const dispose = Symbol.dispose ?? Symbol.for('dispose');
  return {
    'fresh-instance-ns': median(20, make),
    'parse-ns': median(1000, () => Policy.parse(config, surroundings)[dispose]()),
    'on-message-ns': median(5000, () => policy.onMessage(ticket, memory, again)),
    'tick-waits-ns': median(5000, () => policy.onTick(ticket, memory, T + 70_000n)),
    'tick-acts-ns': median(5000, () => policy.onTick(ticket, memory, T + 660_000n)),
  };
}

async function inNode() {
  const { instantiate } = await import('./generated/despertador.js');
  const compiled = await Promise.all(
    FILES.map(async (file) => [file, new WebAssembly.Module(await readFile(join(here, 'generated', file)))]),
  );
  return measure({ instantiate, modules: Object.fromEntries(compiled), config, now: () => performance.now() });
}

async function inChromium() {
  const types = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
  const server = createServer(async (request, response) => {
    const name = request.url.slice(1);
    if (name === '') return response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>bench</title>');
    if (![...FILES, 'despertador.js'].includes(name)) return response.writeHead(404).end();
    return response.writeHead(200, { 'content-type': types[extname(name)] }).end(await readFile(join(here, 'generated', name)));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const figures = await page.evaluate(
      async ({ measure, config, files }) => {
        const { instantiate } = await import('/despertador.js');
        const compiled = await Promise.all(files.map(async (file) => [file, await WebAssembly.compileStreaming(fetch(`/${file}`))]));
        const run = new Function(`return ${measure}`)();
        return run({ instantiate, modules: Object.fromEntries(compiled), config, now: () => performance.now() });
      },
      { measure: String(measure), config, files: FILES },
    );
    return { figures, version: browser.version() };
  } finally {
    await browser.close();
    server.close();
  }
}

/** The rows, by the names under which `hosts/costs` puts those of all hosts together. */
const ROWS = {
  'fresh-instance-ns': 'fresh instance',
  'parse-ns': 'policy read and checked',
  'on-message-ns': 'on-message, waits',
  'tick-waits-ns': 'on-tick, waits',
  'tick-acts-ns': 'on-tick, reminds',
};

const results = [{ host: 'node', version: process.versions.node, ...(await inNode()) }];
const { skip } = browserTests();
if (!skip) {
  const { figures, version } = await inChromium();
  results.push({ host: 'browser', version, ...figures });
}

if (process.argv.includes('--json')) {
  console.log(JSON.stringify(results, null, 2));
} else {
  const shown = (ns) => (ns < 1e6 ? `${(ns / 1e3).toFixed(2)} µs` : `${(ns / 1e6).toFixed(2)} ms`);
  console.log(''.padEnd(26), ...results.map(({ host, version }) => `${host} ${version}`.padStart(24)));
  for (const [row, call] of Object.entries(ROWS)) {
    console.log(call.padEnd(26), ...results.map((figures) => shown(figures[row]).padStart(24)));
  }
  if (skip) console.log(`Not in a browser: ${skip}`);
}
