// The nodes in Node-RED's runtime: wires, contexts, status, deploys.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import helper from 'node-red-node-test-helper';
import { useClock } from '../lib/clock.mjs';
import { fresh, useInstances } from '../lib/plugin.mjs';
import { Clock, settled } from './support/clock.mjs';
import { POLICY, START } from './support/desk.mjs';

const require = createRequire(import.meta.url);
const humanAssistance = require('../nodes/human-assistance.js');
const despertadorPolicy = require('../nodes/despertador-policy.js');
const { PORTS } = humanAssistance;
const NODES = [despertadorPolicy, humanAssistance];

/** The node with a policy, and a helper behind each output. */
function flow({ policy = POLICY, unwired = [], ...config } = {}) {
  return [
    { id: 'tab', type: 'tab', label: 'test' },
    { id: 'policy', type: 'despertador-policy', policy, departments: config.departments ?? '' },
    {
      id: 'assistance',
      type: 'human-assistance',
      z: 'tab',
      policy: 'policy',
      channel: 'web-chat',
      keep: 30,
      ...config,
      wires: PORTS.map((port) => (unwired.includes(port) ? [] : [port])),
    },
    ...PORTS.map((port) => ({ id: port, type: 'helper', z: 'tab', wires: [] })),
  ];
}

describe('the node', () => {
  let clock;
  let left;

  before(() => helper.init(require.resolve('node-red')));
  beforeEach(async () => {
    clock = new Clock(START).use();
    left = [];
    await new Promise((started) => helper.startServer(started));
  });
  afterEach(async () => {
    await helper.unload();
    await new Promise((stopped) => helper.stopServer(stopped));
    useClock();
    useInstances();
  });
  after(() => {
    // Node-RED keeps listening for changes of its settings.
    setImmediate(() => process.exit());
  });

  const listen = () => {
    for (const port of PORTS) helper.getNode(port)?.on('input', (msg) => left.push(`${port} ${msg.key ?? msg.event}`));
  };
  const load = async (...about) => {
    await helper.load(NODES, flow(...about));
    listen();
    await settled();
    return helper.getNode('assistance');
  };
  const tell = async (msg) => {
    helper.getNode('assistance').receive({ topic: 'rosa', ...msg });
    await settled();
  };
  const seen = () => left.splice(0);
  const errors = (node) => node.error.getCalls().map(({ args }) => String(args[0]?.message ?? args[0]));
  const status = (node) => node.status.lastCall.args[0];

  test('reminds, and closes by the inactivity output', async () => {
    const node = await load();
    await tell({ from: 'customer', payload: 'Hola' });
    await tell({ from: 'agent', payload: 'Buenos días' });
    assert.equal(status(node).fill, 'green');
    await clock.to('2026-03-02T10:00:00Z');
    assert.deepEqual(seen(), ['desk opened', 'messages rosa-1/1/reminder-1', 'messages rosa-1/1/reminder-2', 'messages rosa-1/1/close', 'inactivity rosa-1/1/close']);
    assert.deepEqual(status(node), { fill: 'grey', shape: 'ring', text: 'human-assistance.status.open' });
  });

  test('closes by people leave by the outputs of agent and customer', async () => {
    await load();
    await tell({ from: 'customer', payload: 'Hola' });
    await tell({ event: 'closed', by: 'agent' });
    await tell({ topic: 'luis', from: 'customer', payload: 'Hola' });
    await tell({ topic: 'luis', event: 'closed', by: 'customer' });
    assert.deepEqual(seen().filter((one) => !one.startsWith('desk')).map((one) => one.split(' ')[0]), ['agent', 'customer']);
  });

  test('a node that is taken away leaves no timer', async () => {
    await load();
    await tell({ from: 'customer', payload: 'Hola' });
    await tell({ from: 'agent', payload: 'Buenos días' });
    assert.equal(clock.timers, 1);
    await helper.clearFlows();
    assert.equal(clock.timers, 0);
  });

  test('with errors in the policy it says so in red, and closes nobody', async () => {
    const node = await load({ policy: '{ "rules": [{ "departments": "any", "clos-after": "1 h" }] }' });
    assert.equal(status(node).fill, 'red');
    assert.match(errors(node).join(), /error\[unknown-key\] \/rules\/0\/clos-after .*did you mean `close-after`/);
    await tell({ from: 'customer', payload: 'Hola' });
    await tell({ from: 'agent', payload: 'Buenos días' });
    await clock.to('2026-05-02T09:00:00Z');
    assert.deepEqual(seen(), ['desk opened']);
    await tell({ event: 'closed', by: 'agent' });
    assert.deepEqual(seen(), ['agent closed']);
  });

  test('without a policy it says so', async () => {
    const node = await load({ policy: undefined });
    await helper.setFlows(flow().filter(({ id }) => id !== 'policy'), 'full');
    assert.equal(status(helper.getNode('assistance')).fill, 'red');
    assert.ok(node);
  });

  test('a policy that closes is refused while the inactivity output leads nowhere', async () => {
    const node = await load({ unwired: ['inactivity'] });
    assert.equal(status(node).fill, 'red');
    assert.match(errors(node).join(), /error\[inactivity-exit-not-linked\]/);
  });

  test('what fails is an error that Catch nodes get, and the node turns yellow', async () => {
    let broken = false;
    useInstances(() => {
      const instance = fresh();
      return {
        ...instance,
        Policy: {
          parse: (...about) => {
            const held = instance.Policy.parse(...about);
            const onTick = held.onTick.bind(held);
            held.onTick = (...about) => {
              if (broken) throw new WebAssembly.RuntimeError('unreachable');
              return onTick(...about);
            };
            return held;
          },
        },
      };
    });
    const node = await load();
    await tell({ from: 'customer', payload: 'Hola' });
    await tell({ from: 'agent', payload: 'Buenos días' });
    seen();
    broken = true;
    await clock.to('2026-03-02T09:10:00Z');
    assert.deepEqual(seen(), []);
    assert.match(errors(node).join(), /the plugin failed in `onTick`: unreachable/);
    assert.equal(status(node).fill, 'yellow');
    broken = false;
    await clock.to('2026-03-02T09:12:00Z');
    assert.deepEqual(seen(), ['messages rosa-1/1/reminder-1']);
    assert.equal(status(node).fill, 'green');
  });

  test('a message about a ticket that is not here is a warning', async () => {
    const node = await load();
    await tell({ event: 'closed', by: 'agent', ticket: 'T-1' });
    assert.match(String(node.warn.lastCall.args[0]), /`rosa` is in no ticket of this block/);
    assert.deepEqual(seen(), []);
  });

  test('the check answers with every problem in three languages, at its place', async () => {
    await load();
    const ask = (body) => helper.request().post('/despertador/check').send(body);
    const policy = '{\n  "rules": [{ "departments": ["ventas"], "close-after": "0 min" }]\n}';
    const { body } = await ask({ policy, departments: ['soporte'] }).expect(200);
    assert.equal(body.accepted, false);
    assert.deepEqual(
      body.diagnostics.map(({ code, place, from }) => [code, place, from.line, from.column]),
      [
        ['unknown-department', '/rules/0/departments/0', 2, 31],
        ['time-not-positive', '/rules/0/close-after', 2, 57],
      ],
    );
    assert.deepEqual(Object.keys(body.diagnostics[0].wordings).sort(), ['en', 'es', 'pt']);
    const start = Date.parse('2026-03-02T09:00:00Z');
    const fine = (await ask({ policy: POLICY, start, exit: 'linked' }).expect(200)).body;
    assert.deepEqual(
      fine.outline.rules[0].steps.map(({ step, at }) => [step, (at - start) / 60_000]),
      [['reminder', 10], ['reminder', 13], ['close', 15]],
    );
    const unlinked = (await ask({ policy: POLICY, exit: 'not-linked' }).expect(200)).body;
    assert.equal(unlinked.diagnostics[0].code, 'inactivity-exit-not-linked');
    const broken = (await ask({ policy: '{\n  "rules": [\n}' }).expect(200)).body;
    assert.deepEqual([broken.diagnostics[0].code, broken.diagnostics[0].from.line], ['not-json', 3]);
  });
});
