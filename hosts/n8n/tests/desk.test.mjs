// The nodes against a real desk: what they tell it is understood, and what it posts is taken.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startDesk } from './support/desk.mjs';
import { built, credentialType, deliver, express, filledIn, run } from './support/n8n.mjs';
import { startReceiver } from './support/receiver.mjs';

const { OUTPUTS } = built('nodes/shared/delivery');
const { node } = await import('./support/n8n.mjs');

const RULE = {
  'close-after': '3 s',
  reminders: [{ after: '1 s', text: '¿Sigue ahí?' }],
  close: { 'closing-text': 'Hasta pronto.' },
};

describe('with a desk', { timeout: 180_000 }, () => {
  let desk;
  let receiver;
  let credential;
  /** What the workflow does with an item, before the desk gets its answer. */
  let workflow = async () => {};

  const event = (operation, parameters) => run({ resource: 'event', operation, ...parameters }, { credential });
  const ticket = (operation, parameters) => run({ resource: 'ticket', operation, ...parameters }, { credential });
  const message = (name, author, more = {}) => event('message', { ticket: name, author, facts: { channel: 'whatsapp' }, ...more });
  const left = (output, name) => receiver.until((one) => one?.output === output && one.item.ticket === name);
  const next = async (name) => (await ticket('get', { ticket: name }))[0].json.aim;

  before(async () => {
    receiver = await startReceiver(async ({ headers, body }, response) => {
      const found = await deliver({ headers, body, response: express(response), credential });
      if (found.noWebhookResponse) return { refused: response.statusCode };
      const place = found.workflowData.findIndex((items) => items.length > 0);
      const taken = { output: OUTPUTS[place], item: found.workflowData[place][0].json };
      await workflow(taken);
      response.end();
      return taken;
    });
    desk = await startDesk({ webhook: receiver.address, rule: RULE });
    credential = desk.credential;
  });
  after(async () => {
    await desk?.stop();
    await receiver?.stop();
  });

  test('a customer who answers is not closed, and leaves by the inactivity exit when silent again', async () => {
    workflow = async ({ output, item }) => {
      workflow = async () => {};
      assert.equal(`${output} ${item.ticket}`, 'Reminder rosa');
      await message('rosa', 'customer', { text: 'Sigo aquí' });
    };
    await message('rosa', 'customer', { text: 'No me carga la página', eventId: 'm-1' });
    await message('rosa', 'agent', { text: '¿Puede reiniciar el equipo?', eventId: 'm-2' });
    const reminder = await left('Reminder', 'rosa');
    assert.equal(reminder.item.text, '¿Sigue ahí?');
    // The company owes the answer: nothing is due.
    assert.equal(await next('rosa'), null);

    await message('rosa', 'agent', { eventId: 'm-3' });
    const close = await left('Close', 'rosa');
    assert.equal(close.item.key, 'rosa/2/close');
    assert.equal(close.item.exit, 'customer-inactivity');
    assert.equal(close.item.closingText, 'Hasta pronto.');
    const order = receiver.seen.filter((one) => one.item?.ticket === 'rosa').map((one) => one.item.key);
    assert.deepEqual(order, ['rosa/1/reminder-1', 'rosa/2/reminder-1', 'rosa/2/close']);
  });

  test('a reminder whose failure is reported is no warning: the ticket is not closed', async () => {
    workflow = async ({ item }) => {
      workflow = async () => {};
      await event('failure', { key: item.key, failure: 'refused' });
    };
    await message('luis/1', 'customer');
    await message('luis/1', 'agent');
    await left('Reminder', 'luis/1');
    const [{ json }] = await ticket('explain', { ticket: 'luis/1', language: 'es' });
    assert.equal(json.decision.reason, 'reminder-failed 1');
    assert.match(json.summary, /no se pudo enviar/);
  });

  test('an event with an id is recorded once', async () => {
    const results = [];
    for (let turn = 0; turn < 2; turn += 1) results.push((await message('ana', 'customer', { eventId: 'm-1' }))[0].json.result);
    assert.deepEqual(results, ['heard', 'again']);
  });

  test('every event that the form offers is understood', async () => {
    const offered = node.description.properties.find(({ name }) => name === 'event').options.map(({ value }) => value);
    const details = {
      by: 'customer',
      agent: 'Ana',
      department: 'ventas',
      newAgent: 'Eva',
      until: '2999-01-01T00:00:00',
      extension: '10 min',
      undelivered: 'm-9',
      occurrence: 'call-missed',
      details: '{ "call": "c-1" }',
    };
    const rows = offered.map((one) => ({ resource: 'event', operation: 'happening', ticket: `event ${one}`, event: one, ...details }));
    const items = await run(rows, { credential });
    assert.deepEqual(items.map(({ json }) => ({ ...json })), offered.map((one) => ({ ticket: `event ${one}`, result: 'heard' })));
  });

  test('every fact that the form offers is stored', async () => {
    const facts = {
      agent: 'Ana',
      channel: 'telegram',
      customer: '+573001112233',
      customerZone: 'America/Bogota',
      department: 'soporte',
      group: true,
      locale: 'es-CO',
      more: { fact: [{ name: 'customer.name', value: 'Rosa' }] },
      optedOut: true,
      tags: 'vip, nuevo',
      windowUntil: '2027-01-15T03:00:00',
    };
    const offered = node.description.properties.find(({ name }) => name === 'facts').options.map(({ name }) => name);
    assert.deepEqual(Object.keys(facts).sort(), offered.sort());
    const [{ json: receipt }] = await event('facts', { ticket: 'facts', facts });
    assert.equal(receipt.notes, undefined);
    const [{ json }] = await ticket('get', { ticket: 'facts' });
    assert.deepEqual(json.facts, {
      agent: 'Ana',
      channel: 'telegram',
      'customer-zone': 'America/Bogota',
      department: 'soporte',
      group: true,
      locale: 'es-CO',
      more: { 'customer.id': '+573001112233', 'customer.name': 'Rosa' },
      'opted-out': true,
      status: 'open',
      tags: ['vip', 'nuevo'],
      'window-until': '2027-01-15T08:00:00Z',
    });
  });

  test('a ticket is held, released and extended, and shows among those that are due', async () => {
    await message('eva', 'customer');
    await ticket('hold', { ticket: 'eva' });
    const [{ json: held }] = await message('eva', 'agent');
    assert.equal(held.result, 'heard');
    const [{ json: extended }] = await ticket('extend', { ticket: 'eva', by: '1 h' });
    assert.equal(extended.decision.reason, 'on-hold');
    const [{ json: released }] = await ticket('release', { ticket: 'eva' });
    assert.equal(released.decision.outcome, 'wait');
    assert.ok(Date.parse(released.decision.until) > Date.now() + 3_000_000, 'an hour later');
    const due = await ticket('getDue', { limit: 50 });
    assert.ok(due.some(({ json }) => json.id === 'eva' && json.aim === 'reminder-1'));
    assert.deepEqual(await ticket('getDue', { limit: 50, filters: { dueBefore: '2020-01-01T00:00:00Z' } }), []);
    assert.deepEqual(await ticket('getDue', { limit: 50, filters: { department: 'none' } }), []);
  });

  test('what the desk refuses is an error with its words and the item', async () => {
    await assert.rejects(ticket('get', { ticket: 'nobody' }), (error) => {
      assert.match(error.message, /There is no such ticket: there is no ticket `nobody`/);
      assert.equal(error.httpCode, '404');
      assert.equal(error.context.itemIndex, 0);
      return true;
    });
    await assert.rejects(ticket('extend', { ticket: 'eva', by: 'soon' }), (error) => {
      assert.match(error.description, /10 min/);
      return true;
    });
  });

  test('a wrong token and a wrong address say what to do', async () => {
    const parameters = { resource: 'ticket', operation: 'get', ticket: 'eva' };
    await assert.rejects(run(parameters, { credential: { ...credential, token: 'desp_wrong' } }), /token is unknown or was revoked/);
    const request = async () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
    await assert.rejects(run(parameters, { credential, request }), (error) => {
      assert.match(error.description, /desk address in the credential/);
      return true;
    });
  });

  test('one refused event among many costs the others nothing', async () => {
    const rows = ['one', 'x'.repeat(600), 'three'].map((name) => ({ resource: 'event', operation: 'message', ticket: name, author: 'customer' }));
    const items = await run(rows, { credential, continueOnFail: true });
    assert.deepEqual(items.map(({ json, pairedItem }) => [json.result ?? json.error, pairedItem.item]), [['heard', 0], ['The event is refused', 1], ['heard', 2]]);
    await assert.rejects(run(rows, { credential }), (error) => error.context.itemIndex === 1);
  });

  test('a long list of items is recorded in order', async () => {
    const rows = Array.from({ length: 300 }, (_, place) => ({ resource: 'event', operation: 'message', ticket: `many-${place % 7}`, author: 'customer', eventId: `e-${place}` }));
    const items = await run(rows, { credential });
    assert.deepEqual(items.map(({ json, pairedItem }) => [json.id, pairedItem.item]), rows.map(({ eventId }, place) => [eventId, place]));
  });

  test('the test of the credential asks for something that the token may see', async () => {
    const { baseURL, url, qs } = credentialType.test.request;
    const address = `${filledIn(baseURL, credential)}${filledIn(url, credential)}?limit=${qs.limit}`;
    const ask = async (token) => (await fetch(address, { headers: { authorization: `Bearer ${token}` } })).status;
    assert.equal(await ask(credential.token), 200);
    assert.equal(await ask('desp_wrong'), 401);
  });
});
