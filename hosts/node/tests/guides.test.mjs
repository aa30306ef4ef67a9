// Runs the examples of the guides.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { browserTests, complaints, launch, picture } from './support/chromium.mjs';
import { until } from './support/until.mjs';

const package_ = fileURLToPath(new URL('../', import.meta.url));
const guide = (name) => readFile(join(package_, '../../docs/hosting', `${name}.md`), 'utf8');
const node = await guide('node');
const browser = await guide('browser');
const run = promisify(execFile);

/** The files a page shows: a name in bold, then a block. */
const files = (page) => [...page.matchAll(/^\*\*`([^`]+)`\*\*\n\n```\w+\n([\s\S]*?)^```$/gm)].map(([, name, text]) => [name, text]);

/** What a page says that a command prints. */
const printed = (page, command) => page.split(`$ ${command}\n`)[1].split('```')[0];

describe('the examples of the guides', () => {
  let folder;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guides-'));
    await symlink(join(package_, 'node_modules'), join(folder, 'node_modules'), 'dir');
    await copyFile(join(package_, 'generated/despertador.wasm'), join(folder, 'despertador.wasm'));
    for (const [name, text] of [...files(node), ...files(browser)]) await writeFile(join(folder, name), text);
    await run(process.execPath, ['transpile.mjs'], { cwd: folder });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('are all of them run here', () => {
    const names = [...files(node), ...files(browser)].map(([name]) => name);
    assert.deepEqual(names, ['transpile.mjs', 'policy.json', 'engine.mjs', 'bounded.mjs', 'index.html']);
  });

  for (const program of ['engine.mjs', 'bounded.mjs']) {
    test(`${program} prints what the guide says`, async () => {
      const { stdout, stderr } = await run(process.execPath, [program], { cwd: folder, timeout: 60_000 });
      assert.equal(stderr, '');
      assert.equal(stdout, printed(node, `node ${program}`));
    });
  }

  test('engine.mjs names every problem of a policy', async () => {
    const faulty = '{ "rules": [{ "departments": "any", "clos-after": "1 h" }] }';
    await writeFile(join(folder, 'policy.json'), faulty);
    const ended = await run(process.execPath, ['engine.mjs'], { cwd: folder, timeout: 60_000 }).catch((error) => error);
    await writeFile(join(folder, 'policy.json'), files(node).find(([name]) => name === 'policy.json')[1]);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /unknown-key \/rules\/0\/clos-after: .*¿quiso decir `close-after`\?/);
  });

  test('index.html checks as one types, and plays the conversation', { ...browserTests(), timeout: 90_000 }, async () => {
    const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
    const server = createServer(async (request, response) => {
      const name = request.url === '/' ? 'index.html' : request.url.slice(1);
      if (name === 'favicon.ico') return response.writeHead(204).end();
      if (!/^(index\.html|component\/[\w.]+)$/.test(name)) return response.writeHead(404).end();
      return response.writeHead(200, { 'content-type': types[extname(name)] }).end(await readFile(join(folder, name)));
    });
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
    const chromium = await launch();
    try {
      const page = await chromium.newPage();
      const heard = complaints(page);
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      const timeline = () => page.locator('#timeline li').evaluateAll((lines) => lines.map((one) => `${one.firstChild.textContent} ${one.lastChild.textContent}`));
      await until('the timeline', async () => (await timeline()).length > 0);
      assert.equal(`${(await timeline()).join('\n')}\n`, browser.split('```text\n')[1].split('```')[0]);
      await picture(page, 'browser-guide');

      await page.locator('#answer').fill('09:12');
      assert.deepEqual((await timeline()).slice(3), ['09:12 The customer writes.', '09:12 Nothing more happens: company-turn.']);

      const config = page.locator('#config');
      await config.fill((await config.inputValue()).replace('"after": "10 min"', '"after": "20 min"'));
      assert.match(await page.locator('#problems').textContent(), /reminders-not-less-than-close|reminder-out-of-order/);
      await page.locator('#language').selectOption('pt');
      assert.match(await page.locator('#problems .error').first().textContent(), /lembrete/);
      await page.locator('#language').selectOption('es');
      assert.match(await page.locator('#problems .error').first().textContent(), /recordatorio/);
      assert.deepEqual(await timeline(), []);
      assert.deepEqual(heard, []);
    } finally {
      await chromium.close();
      server.close();
    }
  });
});
