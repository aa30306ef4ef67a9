// The example workflow in a real n8n, with a real desk. WhatsApp alone is replaced: its nodes ask Meta, so
// nodes of the same names take their places and ask a server of the test.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { startDesk } from '../../../hosts/n8n/tests/support/desk.mjs';
import { run } from '../../../hosts/n8n/tests/support/n8n.mjs';
import { startReceiver } from '../../../hosts/n8n/tests/support/receiver.mjs';
import { delivery, headers } from '../../../hosts/n8n/tests/support/signed.mjs';
import { freePort } from '../../../hosts/node/tests/support/free-port.mjs';
import { until } from '../../../hosts/node/tests/support/until.mjs';
import { startN8n } from './support/n8n.mjs';

const example = JSON.parse(await readFile(new URL('../../../hosts/n8n/examples/whatsapp-people-inactivity.json', import.meta.url)));
// After a second a customer who writes opens a new ticket, which the example makes of the old one.
const RULE = { 'close-after': '10 s', 'late-reply': '1 s', reminders: [{ after: '2 s', text: '¿Sigue ahí?' }], close: { 'closing-text': 'Hasta pronto.' } };
const REFUSED = '5511900000000';

const request = (fake, path, body) => ({
  type: 'n8n-nodes-base.httpRequest',
  typeVersion: 4.2,
  parameters: { method: 'POST', url: `${fake}${path}`, sendBody: true, specifyBody: 'json', jsonBody: body, options: {} },
});

/** The expression for a parameter that is one, or is a text with expressions in it. */
const quoted = (text) => `\`${text.replace(/^=/, '').replace(/\{\{(.*?)\}\}/gs, (_, code) => `\${${code}}`)}\``;

/** The example with `fake` in place of WhatsApp, and with exits that can be seen there. */
function played(fake, { despertador, people }) {
  const nodes = example.nodes.map(({ credentials, ...node }) => {
    if (node.type.startsWith('n8n-nodes-despertador.')) return { ...node, credentials: despertador };
    if (node.name === 'People') return { ...node, credentials: people };
    if (node.type === 'n8n-nodes-base.whatsAppTrigger') {
      return { ...node, webhookId: undefined, type: 'n8n-nodes-base.set', typeVersion: 3.4, parameters: { mode: 'raw', jsonOutput: '={{ JSON.stringify($json.body) }}', options: {} } };
    }
    if (node.type === 'n8n-nodes-base.whatsApp') {
      const { recipientPhoneNumber, textBody } = node.parameters;
      return { ...node, ...request(fake, '/messages', `={{ JSON.stringify({ to: ${quoted(recipientPhoneNumber)}, text: ${quoted(textBody)} }) }}`) };
    }
    if (node.type === 'n8n-nodes-base.noOp') return { ...node, ...request(fake, '/exit', `={{ JSON.stringify({ exit: ${JSON.stringify(node.name)}, ticket: $('Despertador Trigger').item.json.ticket }) }}`) };
    return node;
  });
  const fromMeta = {
    id: 'meta',
    name: 'From Meta',
    type: 'n8n-nodes-base.webhook',
    typeVersion: 2,
    position: [-200, 60],
    webhookId: '11111111-0000-4000-8000-000000000009',
    parameters: { httpMethod: 'POST', path: 'meta', options: {} },
  };
  const connections = { ...example.connections, 'From Meta': { main: [[{ node: 'WhatsApp Trigger', type: 'main', index: 0 }]] } };
  return { ...example, nodes: [...nodes, fromMeta], connections };
}

/** A workflow whose trigger answers when the workflow has finished. */
const finishing = (fake, { despertador }) => ({
  name: 'Answers at the end',
  nodes: [
    { id: 'f-1', name: 'Trigger', type: 'n8n-nodes-despertador.despertadorTrigger', typeVersion: 1, position: [0, 0], webhookId: 'finishing', parameters: { respond: 'lastNode', options: {} }, credentials: despertador },
    { id: 'f-2', name: 'Work', position: [200, 0], ...request(fake, '/work', '={{ JSON.stringify({ work: $json.key }) }}') },
  ],
  connections: { Trigger: { main: [[{ node: 'Work', type: 'main', index: 0 }]] } },
  settings: { executionOrder: 'v1' },
  active: false,
});

describe('in a real n8n', { timeout: 600_000 }, () => {
  let fake;
  let desk;
  let n8n;
  /** What WhatsApp does when it is asked to send. */
  let sends = async () => {};
  /** How the work of the second workflow ends: a status. */
  let works = async () => 200;

  const post = (path, body, more = {}) =>
    fetch(`${n8n.address}/webhook/${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...more }, body: JSON.stringify(body) });
  const ok = async (answer) => assert.ok((await answer).ok);

  let messages = 0;
  const customerWrites = (from, body) => {
    messages += 1;
    const one = { from, id: `wamid.in-${messages}`, timestamp: String(Math.floor(Date.now() / 1000)), type: 'text', text: { body } };
    return ok(post('meta', { messaging_product: 'whatsapp', contacts: [], messages: [one], field: 'messages' }));
  };
  const peopleSay = (customer, more) => ok(post('people', { customer, ...more }, { 'x-people': 'secret of the help desk' }));

  const ticket = async (name) => {
    const [{ json }] = await run({ resource: 'ticket', operation: 'explain', ticket: name }, { credential: desk.credential });
    return json.decision.reason;
  };
  /** Asks until it is so, and fails with what n8n has printed. */
  const eventually = (what, ask) =>
    until(what, ask).catch((error) => {
      throw new Error(`${error.message}\n${n8n.said()}`);
    });
  /** Asks the desk until the ticket is treated for this reason. */
  const reason = (name, expected) => eventually(`${name}: ${expected}`, async () => (await ticket(name).catch(() => 'unknown')) === expected);
  /** Asks n8n with nothing to do until it knows the webhook. */
  const published = (path) => eventually(`${path} is published`, async () => (await post(path, {})).status !== 404);
  const sent = (to, text) => fake.until((one) => one.to === `+${to}` && one.text === text);
  const exit = (customer) => fake.until((one) => one.exit && one.ticket === customer);

  /** Posts to the trigger of a workflow as the desk does. */
  const deliver = (path, more, { secret, signal } = {}) => {
    const body = JSON.stringify(delivery(more));
    const signed = headers(Buffer.from(body), { secret });
    return fetch(`${n8n.address}/webhook/${path}/webhook`, { method: 'POST', headers: { 'content-type': 'application/json', ...signed }, body, signal });
  };
  const worked = (key) => fake.seen.filter(({ work }) => work === key).length;

  before(async () => {
    fake = await startReceiver(async ({ url, body }, response) => {
      const one = JSON.parse(body);
      let status = url === '/work' ? await works() : 200;
      if (url === '/messages') {
        await sends(one);
        if (one.to === `+${REFUSED}` && one.text === '¿Sigue ahí?') status = 400;
      }
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ messages: [{ id: `wamid.out-${fake.seen.length}` }] }));
      return one;
    });
    const port = await freePort();
    const trigger = example.nodes.find(({ name }) => name === 'Despertador Trigger');
    desk = await startDesk({ webhook: `http://127.0.0.1:${port}/webhook/${trigger.webhookId}/webhook`, rule: RULE });
    n8n = await startN8n(port);
    const credentials = {
      despertador: await n8n.credential('Despertador account', 'despertadorApi', desk.credential),
      people: await n8n.credential('Help desk', 'httpHeaderAuth', { name: 'x-people', value: 'secret of the help desk' }),
    };
    await n8n.publish(played(fake.address, credentials));
    await n8n.publish(finishing(fake.address, credentials));
    // n8n publishes in the background: until then it answers 404.
    for (const path of ['meta', 'people', `${trigger.webhookId}/webhook`, 'finishing/webhook']) await published(path);
  });
  after(async () => {
    await n8n?.stop();
    await desk?.stop();
    await fake?.stop();
  });

  test('n8n tests the credential, and offers the node as a tool', async () => {
    const data = { id: '', name: 'x', type: 'despertadorApi', data: desk.credential };
    assert.equal((await n8n.ask('POST', '/rest/credentials/test', { credentials: data })).status, 'OK');
    const wrong = { ...data, data: { ...desk.credential, token: 'desp_wrong' } };
    assert.equal((await n8n.ask('POST', '/rest/credentials/test', { credentials: wrong })).status, 'Error');
    const types = (await n8n.ask('GET', '/types/nodes.json')).map(({ name }) => name);
    for (const name of ['despertador', 'despertadorTool', 'despertadorTrigger']) assert.ok(types.includes(`n8n-nodes-despertador.${name}`), name);
  });

  test('a workflow whose trigger has no secret cannot be published', async () => {
    const despertador = await n8n.credential('No secret', 'despertadorApi', { ...desk.credential, webhookSecret: '' });
    const { nodes: [first, ...rest], ...workflow } = finishing(fake.address, { despertador });
    await n8n.publish({ ...workflow, nodes: [{ ...first, webhookId: 'no-secret' }, ...rest] });
    await eventually('n8n says why', () => n8n.said().includes('The credential has no webhook secret'));
    assert.equal((await deliver('no-secret', { key: 'x' })).status, 404);
  });

  test('a customer who answers is not closed; when silent again the workflow goes on by the inactivity exit', async () => {
    const rosa = '5511911111111';
    sends = async ({ to, text }) => {
      if (to !== `+${rosa}` || text !== '¿Sigue ahí?') return;
      sends = async () => {};
      await customerWrites(rosa, 'Sigo aquí');
    };
    await customerWrites(rosa, 'No me carga la página');
    await reason(rosa, 'not-answered');
    await peopleSay(rosa, { text: '¿Puede reiniciar el equipo?' });
    await sent(rosa, '¿Sigue ahí?');
    await reason(rosa, 'company-turn');
    assert.deepEqual(fake.seen.filter(({ exit: one }) => one), []);

    await peopleSay(rosa, { text: '¿Y ahora?' });
    const { exit: left } = await exit(rosa);
    assert.equal(left, 'Exit: Inactivity');
    const seen = fake.seen.filter(({ to, ticket: one }) => to === `+${rosa}` || one === rosa).map((one) => one.text ?? one.exit);
    assert.deepEqual(seen, ['¿Puede reiniciar el equipo?', '¿Sigue ahí?', '¿Y ahora?', '¿Sigue ahí?', 'Hasta pronto.', 'Exit: Inactivity']);
    assert.equal(await ticket(rosa), 'already-closed');

    const late = Date.now() + 1_500;
    await eventually('the time for late replies is over', () => Date.now() > late);
    await customerWrites(rosa, '¿Siguen ahí?');
    await fake.until((one) => one.exit === 'Back to People' && one.ticket === rosa);
    await reason(rosa, 'company-turn');
  });

  test('a reminder that WhatsApp refuses is no warning, so the ticket is not closed', async () => {
    await customerWrites(REFUSED, 'Hola');
    await reason(REFUSED, 'not-answered');
    await peopleSay(REFUSED, { text: 'Buenos días' });
    await sent(REFUSED, '¿Sigue ahí?');
    await reason(REFUSED, 'reminder-failed 1');
  });

  test('a ticket that an agent closes is left alone', async () => {
    const luis = '5511922222222';
    await customerWrites(luis, 'Gracias');
    await reason(luis, 'not-answered');
    await peopleSay(luis, { closed: true });
    await reason(luis, 'already-closed');
  });

  test('people without the key of the help desk are refused', async () => {
    assert.equal((await post('people', { customer: '1', text: 'x' })).status, 403);
  });

  test('a post with another signature starts nothing', async () => {
    const answer = await deliver('finishing', { key: 'forged' }, { secret: 'whsec_Zm9yZ2Vk' });
    assert.equal(answer.status, 401);
    assert.match((await answer.json()).message, /compare the secrets/);
    assert.equal(worked('forged'), 0);
  });

  test('an action that the workflow failed to carry out is taken again, and then no more', async () => {
    works = async () => 500;
    assert.equal((await deliver('finishing', { key: 'failing' })).status, 500);
    works = async () => 200;
    assert.equal((await deliver('finishing', { key: 'failing', attempt: 2 })).status, 200);
    const third = await deliver('finishing', { key: 'failing', attempt: 3 });
    assert.deepEqual([third.status, (await third.json()).message], [200, 'the action was taken before']);
    assert.equal(worked('failing'), 2);
  });

  test('an action whose workflow outlasts the desk’s patience is carried out once', async () => {
    let finish;
    const waiting = new AbortController();
    works = () =>
      new Promise((resolve) => {
        finish = () => resolve(200);
        waiting.abort();
      });
    await assert.rejects(deliver('finishing', { key: 'slow' }, { signal: waiting.signal }));
    assert.equal((await deliver('finishing', { key: 'slow', attempt: 2 })).status, 409);
    finish();
    let attempt = 2;
    await eventually('the workflow has finished', async () => (await deliver('finishing', { key: 'slow', attempt: (attempt += 1) })).status === 200);
    assert.equal(worked('slow'), 1);
  });
});
