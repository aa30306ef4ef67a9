import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, test } from 'node:test';
import { activate, built, deliver, express } from './support/n8n.mjs';
import { SECRET, delivery, headers } from './support/signed.mjs';

const { OUTPUTS } = built('nodes/shared/delivery');
const { TASK } = built('nodes/shared/words');
const credential = { baseUrl: 'http://127.0.0.1:1', account: 'acme', token: 't', webhookSecret: SECRET };

class Response extends EventEmitter {
  writableEnded = false;
  statusCode = 200;

  end(text) {
    this.writableEnded = true;
    this.said = text;
  }
}

/** Posts a body; the result is the status of a refusal, or the output and the item. */
async function post(body, { response = new Response(), ...options } = {}) {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const found = await deliver({ headers: headers(bytes), body: bytes, response: express(response), credential, ...options });
  if (found.noWebhookResponse) return { status: response.statusCode, said: JSON.parse(response.said).message };
  const place = found.workflowData.findIndex((items) => items.length > 0);
  assert.equal(found.workflowData.flat().length, 1, 'one item in all');
  return { output: OUTPUTS[place], item: found.workflowData[place][0].json };
}

let actions = 0;
const action = (task, members = {}) => delivery({ key: `${(actions += 1)}/1/${task}` }, { task, with: members });

describe('what leaves the trigger', () => {
  test('a reminder has its text on the first level', async () => {
    const { output, item } = await post(delivery());
    assert.equal(output, 'Reminder');
    assert.deepEqual(item, {
      account: 'acme',
      ticket: '4711',
      key: '4711/1/reminder-1',
      attempt: 1,
      redelivered: false,
      cycle: 1,
      step: 'reminder-1',
      due: '2027-01-15T08:10:00Z',
      task: 'send',
      number: 1,
      of: 2,
      text: '¿Sigue ahí?',
      audience: 'customer',
      quickReplies: [{ id: 'resolve', title: 'Listo' }],
    });
  });

  test('a close has the exit, and names that an expression can write', async () => {
    const members = { exit: 'customer-inactivity', 'closing-text': 'Hasta pronto', then: { 'bot-on': true }, tags: ['a-b'] };
    const { output, item } = await post(action('close', members));
    assert.equal(output, 'Close');
    assert.equal(item.exit, 'customer-inactivity');
    assert.equal(item.closingText, 'Hasta pronto');
    assert.deepEqual(item.then, { botOn: true });
    assert.deepEqual(item.tags, ['a-b']);
  });

  test('a message to the people in charge is a note and never a reminder', async () => {
    const { output } = await post(delivery({ key: 'note' }, { with: { text: 'x', audience: 'people-in-charge' } }));
    assert.equal(output, 'Note');
  });

  test('every task of the contract has an output', async () => {
    const outputs = { send: 'Reminder', close: 'Close', notify: 'Note' };
    for (const task of TASK) {
      const { output } = await post(action(task, { audience: 'customer' }));
      assert.equal(output, outputs[task] ?? 'Other', task);
    }
  });

  test('an unknown task or audience is given up, as the contract says', async () => {
    for (const unknown of [action('dance'), action('send', { audience: 'the-press' }), action('constructor')]) {
      const { status, said } = await post(unknown);
      assert.equal(status, 422);
      assert.match(said, /does not know/);
    }
  });
});

describe('what the trigger refuses', () => {
  for (const [name, body, options, status, said] of [
    ['a wrong secret', delivery(), { credential: { ...credential, webhookSecret: 'another' } }, 401, /compare the secrets/],
    ['no secret', delivery(), { credential: { ...credential, webhookSecret: ' ' } }, 401, /no webhook secret/],
    ['another account', delivery({ account: 'globex' }), {}, 401, /for the account globex, and the credential in n8n is for acme/],
    ['no JSON', '{', {}, 422, /not JSON/],
    ['a list', '[]', {}, 422, /not an object/],
    ['another version', delivery({ version: 2 }), {}, 422, /version 2 .* update/],
    ['no action', { ...delivery(), action: null }, {}, 422, /no action/],
    ['no key', delivery({ key: '' }), {}, 422, /lacks a member/],
    ['a number in quotes', delivery({ attempt: '1' }), {}, 422, /lacks a member/],
  ]) {
    test(name, async () => {
      const found = await post(body, options);
      assert.equal(found.status, status);
      assert.match(found.said, said);
    });
  }

  test('an old post, unless the tolerance allows it', async () => {
    const body = Buffer.from(JSON.stringify(delivery({ key: 'old' })));
    const old = { headers: headers(body, { at: Date.now() - 7 * 60_000 }) };
    assert.equal((await post(body.toString(), old)).status, 401);
    const allowed = await post(body.toString(), { ...old, parameters: { options: { tolerance: 8 } } });
    assert.equal(allowed.output, 'Reminder');
  });

  test('to activate a workflow without a secret', async () => {
    await assert.rejects(activate({ ...credential, webhookSecret: '' }), /no webhook secret/);
    assert.equal(await activate(credential), true);
  });
});

describe('an action that comes again', () => {
  test('is taken once', async () => {
    const response = new Response();
    const again = delivery({ key: 'twice', attempt: 2 });
    assert.equal((await post(again, { response })).item.redelivered, true);
    assert.equal((await post(again)).status, 409);
    response.end();
    assert.equal((await post(again)).status, 200);
  });

  test('is taken again after the workflow has failed', async () => {
    const response = new Response();
    await post(delivery({ key: 'failing' }), { response });
    response.statusCode = 500;
    response.end();
    assert.equal((await post(delivery({ key: 'failing', attempt: 2 }))).output, 'Reminder');
  });

  test('is taken again in a test in the editor', async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      assert.equal((await post(delivery({ key: 'manual' }), { mode: 'manual' })).output, 'Reminder');
    }
  });
});
