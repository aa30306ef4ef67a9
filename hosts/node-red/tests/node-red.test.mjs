// The example flow in a real Node-RED: driven over HTTP, killed, and edited in a browser.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { browserTests, complaints, launch, picture } from '../../node/tests/support/chromium.mjs';
import { until } from '../../node/tests/support/until.mjs';
import { NodeRed } from './support/node-red.mjs';

const example = JSON.parse(await readFile(new URL('../examples/conversation-over-http.json', import.meta.url)));
const PORTS = ['agent', 'customer', 'inactivity', 'messages', 'desk'];
const SECONDS = JSON.stringify({
  rules: [{ departments: 'any', 'close-after': '2 s', reminders: [{ after: '1 s', text: '¿Sigue ahí?' }] }],
});

/** The example, with short times, and with a list in place of the debug sidebar. */
function shortened() {
  const node = example.find(({ type }) => type === 'human-assistance');
  const readers = node.wires.map(([reader]) => reader);
  const flow = example.map((one) => {
    if (one.type === 'despertador-policy') return { ...one, policy: SECONDS };
    if (!readers.includes(one.id)) return one;
    const port = PORTS[readers.indexOf(one.id)];
    const func = `const seen = global.get('seen', 'memory') ?? [];
      seen.push({ ...msg, port: '${port}', left: Date.now() });
      global.set('seen', seen, 'memory');`;
    return { id: one.id, type: 'function', z: one.z, name: port, func, outputs: 1, x: one.x, y: one.y, wires: [[]] };
  });
  const z = node.z;
  return [
    ...flow,
    { id: 'a1', type: 'http in', z, url: '/seen', method: 'get', x: 150, y: 400, wires: [['a2']] },
    { id: 'a2', type: 'function', z, func: "msg.payload = global.get('seen', 'memory') ?? []; return msg;", outputs: 1, x: 300, y: 400, wires: [['a3']] },
    { id: 'a3', type: 'http response', z, x: 450, y: 400, wires: [] },
  ];
}

describe('in a real Node-RED', { timeout: 900_000 }, () => {
  let red;
  before(async () => {
    red = await NodeRed.with(shortened(), { language: 'es_ES.UTF-8' });
  });
  after(() => red?.stop());

  const left = (port, topic) => async () => (await red.seen()).find((msg) => msg.port === port && msg.topic === topic);

  test('a silent customer is reminded and leaves by the inactivity exit', async () => {
    await red.tell({ topic: 'rosa', from: 'customer', payload: 'No me carga la página' });
    await red.tell({ topic: 'rosa', from: 'agent', payload: '¿Puede reiniciar el equipo?' });
    const reminder = await until('the reminder', left('messages', 'rosa'));
    assert.equal(reminder.payload, '¿Sigue ahí?');
    const closed = await until('the close', left('inactivity', 'rosa'));
    assert.equal(closed.exit, 'customer-inactivity');
    assert.ok(closed.left - reminder.left >= 950, 'the promised gap');
  });

  test('a close by the agent leaves by the agent exit', async () => {
    await red.tell({ topic: 'luis', from: 'customer', payload: 'Hola' });
    await red.tell({ topic: 'luis', event: 'closed', by: 'agent' });
    const closed = await until('the close', left('agent', 'luis'));
    assert.equal(closed.ticket.id, 'luis-1');
  });

  test('after kill -9 nothing is sent twice and the close comes after its warning', async () => {
    await red.tell({ topic: 'ana', from: 'customer', payload: 'Hola' });
    await red.tell({ topic: 'ana', from: 'agent', payload: 'Buenos días' });
    const reminder = await until('the reminder', left('messages', 'ana'));
    await red.crash();
    await red.start();
    const closed = await until('the close', left('inactivity', 'ana'));
    assert.ok(closed.left - reminder.left >= 950, 'the promised gap');
    assert.equal(await left('messages', 'ana')(), undefined);
    // Customers who left are not monitored again.
    assert.equal(await left('inactivity', 'rosa')(), undefined);
  });

  for (const type of ['full', 'nodes']) {
    test(`a deploy (${type}) keeps the tickets`, async () => {
      const topic = `deploy-${type}`;
      await red.tell({ topic, from: 'customer', payload: 'Hola' });
      await red.tell({ topic, from: 'agent', payload: 'Buenos días' });
      await until('the reminder', left('messages', topic));
      const flows = await (await fetch(`${red.url}/flows`)).json();
      const renamed = flows.map((one) => (one.type === 'human-assistance' ? { ...one, name: topic } : one));
      const answer = await fetch(`${red.url}/flows`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'Node-RED-Deployment-Type': type },
        body: JSON.stringify(renamed),
      });
      assert.equal(answer.status, 204);
      await until('the close', left('inactivity', topic));
      const all = (await red.seen()).filter((msg) => msg.topic === topic);
      assert.deepEqual(all.map(({ port }) => port), ['desk', 'messages', 'inactivity']);
    });
  }

  test('speaks Spanish and Portuguese of whatever country', async () => {
    for (const [language, expected] of [['es-MX', 'atención humana'], ['es', 'atención humana'], ['pt-PT', 'atendimento humano'], ['fr', 'human assistance']]) {
      const answer = await fetch(`${red.url}/locales/node-red-contrib-despertador/human-assistance?lng=${language}`);
      const words = await answer.json();
      // A text that is missing in a language is taken from the English catalogue.
      const english = await (await fetch(`${red.url}/locales/node-red-contrib-despertador/human-assistance?lng=en-US`)).json();
      assert.equal((words['human-assistance'] ?? english['human-assistance']).paletteLabel, expected, language);
    }
  });

  test('the check asks for a policy', async () => {
    const answer = await fetch(`${red.url}/despertador/check`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    assert.equal(answer.status, 400);
  });

  describe('the form of the policy', browserTests(), () => {
    let browser;
    before(async () => {
      browser = await launch();
    });
    after(() => browser?.close());

    const FAULTY = `{
  "rules": [
    {
      "departments": "any",
      "clos-after": "15 min",
      "reminders": [{ "after": "10 min", "text": "" }]
    }
  ]
}`;
    const WORDS = {
      'es-ES': {
        refused: 'La política se rechaza: hay 2 errores.',
        one: 'La política se rechaza: hay un error.',
        accepted: 'La política es correcta.',
        problems: [/5:7.*Error: .*clos-after.*close-after/s, /6:50.*Error: .*vacío/s],
        steps: ['Recordatorio 1', 'Cierre'],
        help: /La política de una cuenta/,
      },
      'pt-BR': {
        refused: 'A política é recusada: há 2 erros.',
        one: 'A política é recusada: há um erro.',
        accepted: 'A política está correta.',
        problems: [/5:7.*Erro: .*clos-after.*close-after/s, /6:50.*Erro: .*vazio/s],
        steps: ['Lembrete 1', 'Encerramento'],
        help: /Todas as regras de uma conta/,
      },
      'en-US': {
        refused: 'The policy is refused: there are 2 errors.',
        one: 'The policy is refused: there is one error.',
        accepted: 'The policy is fine.',
        problems: [/5:7.*Error: .*clos-after.*close-after/s, /6:50.*Error: .*empty/s],
        steps: ['Reminder 1', 'Close'],
        help: /The policy of one account/,
      },
    };

    for (const [locale, words] of Object.entries(WORDS)) {
      test(`says what is wrong while one types, in ${locale}`, { timeout: 240_000 }, async () => {
        const context = await browser.newContext({ locale, viewport: { width: 1360, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'] });
        const page = await context.newPage();
        const heard = complaints(page);
        const seen = (what, ask) =>
          until(what, ask).catch(async (error) => {
            await picture(page, 'failed');
            throw error;
          });
        await page.goto(red.url);
        await page.waitForFunction(() => window.RED?.nodes?.node('d1f0a1b2c3d4e5f1'));
        await page.evaluate(() => RED.editor.editConfig('', 'despertador-policy', 'd1f0a1b2c3d4e5f1'));
        await page.waitForSelector('#despertador-policy-editor .monaco-editor textarea, #despertador-policy-editor .native-edit-context', { state: 'attached' });
        const verdict = page.locator('#despertador-policy-verdict');
        await seen('the first check', async () => (await verdict.textContent()) === words.accepted);

        await page.locator('#despertador-policy-editor .view-lines').click();
        await page.keyboard.press('Control+A');
        await page.evaluate((text) => navigator.clipboard.writeText(text), FAULTY);
        await page.keyboard.press('Control+V');
        const problems = page.locator('#despertador-policy-problems button');
        // While one types the text is no JSON for a moment, which is one error too: its place tells them apart.
        const shown = (expected, ...places) => async () => {
          const found = await problems.evaluateAll((all) => all.map((problem) => problem.dataset.place));
          return (await verdict.textContent()) === expected && found.join() === places.join();
        };
        await seen('the problems', shown(words.refused, '/rules/0/clos-after', '/rules/0/reminders/0/text'));
        for (const [index, expected] of words.problems.entries()) {
          assert.match((await problems.nth(index).innerText()).replaceAll('\n', ' '), expected);
        }
        assert.equal(await page.locator('#despertador-policy-outline').isVisible(), false);
        // Also marked at their place in the text.
        const marked = await page.evaluate(() => monaco.editor.getModelMarkers({ owner: 'despertador' }).map(({ startLineNumber }) => startLineNumber));
        assert.deepEqual(marked, [5, 6]);
        await picture(page, `policy-refused-${locale}`);

        // The rest with the keyboard only: from a problem to its place, where it is fixed.
        await problems.nth(0).focus();
        await page.keyboard.press('Enter');
        await page.keyboard.press('Shift+End');
        await page.keyboard.press('Delete');
        await page.keyboard.type('"close-after": "15 min",');
        await seen('the first mending', shown(words.one, '/rules/0/reminders/0/text'));
        await problems.nth(0).focus();
        await page.keyboard.press('Enter');
        await page.keyboard.press('ArrowRight');
        await page.keyboard.type('¿Sigue ahí?');
        await seen('the last mending', shown(words.accepted));
        const rows = page.locator('#despertador-policy-rules tbody tr');
        assert.deepEqual(await rows.locator('th').allTextContents(), words.steps);
        assert.deepEqual(await rows.nth(0).locator('td').allTextContents().then((cells) => cells.slice(0, 2)), ['10 min', '5 min']);
        assert.match(await rows.nth(1).locator('td').last().textContent(), /0?9:15/);
        await page.locator('#despertador-policy-start').fill('14:30');
        await seen('the other start', async () => /(14|0?2):45/.test(await rows.nth(1).locator('td').last().textContent()));
        await picture(page, `policy-accepted-${locale}`);
        const help = await page.evaluate(() => RED.nodes.getNodeHelp('despertador-policy'));
        assert.match(help, words.help);
        await page.keyboard.press('Control+Enter');
        await seen('the form is closed', async () => (await page.locator('#despertador-policy-editor').count()) === 0);
        assert.equal(await page.evaluate(() => JSON.parse(RED.nodes.node('d1f0a1b2c3d4e5f1').policy).rules[0]['close-after']), '15 min');

        await page.evaluate(() => RED.editor.edit(RED.nodes.node('d1f0a1b2c3d4e5f6')));
        await page.waitForSelector('#node-input-channel');
        await seen('the form is open', () => page.evaluate(() => document.querySelector('.red-ui-tray').getBoundingClientRect().right <= innerWidth && $(':animated').length === 0));
        await new Promise((next) => setTimeout(next, process.env.PICTURES ? 600 : 0));
        await picture(page, `assistance-${locale}`);
        assert.deepEqual(heard, []);
        await context.close();
      });
    }
  });
});
