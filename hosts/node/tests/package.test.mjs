// The package as its users import it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { CallFailed, check, instances, load, Plugin, PolicyRefused, rendered, withDone } from '@despertador/host';
import { browserTests, complaints, launch } from './support/chromium.mjs';

const here = fileURLToPath(new URL('../', import.meta.url));
const readme = await readFile(join(here, 'README.md'), 'utf8');
const [example] = /(?<=```js\n)[\s\S]*?(?=```)/.exec(readme);
const [printed] = /(?<=```text\n)[\s\S]*?(?=```)/.exec(readme);

test('the example of the README prints what it says', () => {
  const stdout = execFileSync(process.execPath, ['--input-type=module', '--eval', example], { cwd: here, encoding: 'utf8' });
  assert.equal(stdout, printed);
});

test('the same example runs in a browser', { ...browserTests(), timeout: 60_000 }, async () => {
  const types = { '.mjs': 'text/javascript', '.js': 'text/javascript', '.wasm': 'application/wasm' };
  const page = '<!doctype html><link rel="icon" href="data:,"><script type="importmap">{ "imports": { "@despertador/host": "/lib/browser.mjs" } }</script>';
  const server = createServer(async (request, response) => {
    if (request.url === '/') return response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    if (!/^\/(lib|generated)\/[\w.]+$/.test(request.url)) return response.writeHead(404).end();
    return response.writeHead(200, { 'content-type': types[extname(request.url)] }).end(await readFile(join(here, request.url)));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const browser = await launch();
  try {
    const tab = await browser.newPage();
    const heard = complaints(tab);
    const said = [];
    tab.on('console', (message) => said.push(`${message.text()}\n`));
    await tab.goto(`http://127.0.0.1:${server.address().port}/`);
    await tab.evaluate((program) => import(URL.createObjectURL(new Blob([program], { type: 'text/javascript' }))), example);
    assert.equal(said.join(''), printed);
    assert.deepEqual(heard, []);
  } finally {
    await browser.close();
    server.close();
  }
});

test('the types fit the example, and refuse a call with the wrong ones', () => {
  const compiler = join(here, 'node_modules/typescript/bin/tsc');
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--moduleResolution', 'nodenext'];
  const compile = (file) => execFileSync(process.execPath, [compiler, ...options, file], { cwd: here, encoding: 'utf8', stdio: 'pipe' });
  compile('tests/types/good.mts');
  assert.throws(() => compile('tests/types/bad.mts'), (error) => {
    const problems = error.stdout.match(/error TS\d+/g);
    assert.equal(problems.length, 3, error.stdout);
    return true;
  });
});

const SURROUNDINGS = { tickResolution: 1000n, inactivityExit: { tag: 'linked' } };
const POLICY = '{ "language": "es", "rules": [ { "departments": "any", "close-after": "15 min", "reminders": [] } ] }';
const TICKET = { id: 'T', status: { tag: 'open' }, channel: { tag: 'sms' }, tags: [], incompleteMetadata: false, group: false, optedOut: false };

test('a policy is refused with all of its problems', async () => {
  const plugin = await load();
  const faulty = '{ "rules": [{ "departments": "any", "clos-after": "1 h" }] }';
  assert.throws(() => plugin.policy(faulty, SURROUNDINGS), (error) => {
    assert.ok(error instanceof PolicyRefused);
    assert.ok(error.diagnostics.some(({ code }) => code === 'unknown-key'));
    return true;
  });
});

test('an instance that trapped is replaced, and its policies are read again', async () => {
  const fresh = await instances();
  let made = 0;
  let broken = true;
  const plugin = new Plugin(() => {
    made += 1;
    const { Policy } = fresh();
    const onTick = () => {
      throw new WebAssembly.RuntimeError('unreachable');
    };
    const parse = (...args) => {
      const held = Policy.parse(...args);
      return broken ? { onTick } : held;
    };
    return { Policy: { parse } };
  });
  const policy = plugin.policy(POLICY, SURROUNDINGS);
  assert.throws(() => policy.onTick(TICKET, new Uint8Array(), 0), CallFailed);
  broken = false;
  assert.equal(policy.onTick(TICKET, new Uint8Array(), 0).outcome.tag, 'rest');
  assert.equal(made, 2);
});

test('a decision that the ticket cannot have is refused', () => {
  const key = { ticket: 'T', cycle: 1, step: { tag: 'close' } };
  const decision = { outcome: { tag: 'act', val: { key, task: { tag: 'close', val: {} } } } };
  assert.equal(check(decision, { ticket: 'T', done: [], now: 0 }), decision);
  assert.equal(rendered(key), 'T/1/close');
  for (const asked of [{ ticket: 'other', done: [] }, { ticket: 'T', done: withDone([], key) }]) {
    assert.throws(() => check(decision, { ...asked, now: 0 }), CallFailed);
  }
});

test('limits that would have no effect are refused, with what to do', async () => {
  const sentence = /^TypeError: `fuel` has no effect here: .* in a worker that you can terminate/;
  await assert.rejects(load({ limits: { fuel: 10_000_000 } }), sentence);
  await assert.rejects(load({ fuel: 10_000_000 }), sentence);
  assert.ok(await load({ limits: {} }));
});
