// Customers in human assistance, on a simulated clock.
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { useClock } from '../lib/clock.mjs';
import { fresh, useInstances } from '../lib/plugin.mjs';
import { Clock, settled } from './support/clock.mjs';
import { Desk, Memory, POLICY, START } from './support/desk.mjs';

const at = (time) => `2026-03-02T${time}Z`;

afterEach(() => {
  useClock();
  useInstances();
});

describe('a silent customer', () => {
  test('is reminded twice and leaves by the inactivity exit, after the promised gap', async () => {
    const desk = new Desk();
    await desk.customer();
    assert.deepEqual(desk.seen, ['desk opened']);
    await desk.agent();
    await desk.clock.to(at('09:09:59'));
    assert.deepEqual(desk.seen, []);
    await desk.clock.to(at('09:10:00'));
    const [reminder] = desk.left;
    assert.deepEqual(desk.seen, ['messages rosa-1/1/reminder-1']);
    assert.equal(reminder.payload, '¿Sigue ahí?');
    assert.equal(reminder.topic, 'rosa');
    assert.deepEqual(reminder.reminder, { number: 1, of: 2 });
    await desk.clock.to(at('09:13:00'));
    assert.deepEqual(desk.seen, ['messages rosa-1/1/reminder-2']);
    await desk.clock.to(at('09:14:59'));
    assert.deepEqual(desk.seen, []);
    await desk.clock.to(at('09:15:00'));
    const [text, closed] = desk.left;
    assert.deepEqual(desk.seen, ['messages rosa-1/1/close', 'inactivity rosa-1/1/close']);
    assert.equal(text.payload, 'Hasta pronto.');
    assert.equal(closed.exit, 'customer-inactivity');
    assert.equal(closed.payload, 'Ticket cerrado por inactividad');
    assert.equal(closed.close.reason, 'customer-inactivity');
    assert.equal(closed.ticket.status, 'closed');
    assert.deepEqual(closed.ticket.tags, ['inactividad']);
    await desk.clock.to(at('23:00:00'));
    assert.deepEqual(desk.seen, []);
    assert.deepEqual(desk.errors, []);
  });

  test('who answers is not closed, and the reminders begin anew', async () => {
    const desk = new Desk();
    await desk.customer();
    await desk.agent();
    await desk.clock.to(at('09:14:00'));
    await desk.customer('Sigo aquí');
    await desk.clock.to(at('12:00:00'));
    assert.deepEqual(desk.seen, ['desk opened', 'messages rosa-1/1/reminder-1', 'messages rosa-1/1/reminder-2']);
    await desk.agent();
    await desk.clock.to(at('12:10:00'));
    assert.deepEqual(desk.seen, ['messages rosa-1/2/reminder-1']);
  });

  test('who waits for the company is left alone', async () => {
    const desk = new Desk();
    await desk.customer();
    await desk.clock.to('2026-04-02T09:00:00Z');
    assert.deepEqual(desk.seen, ['desk opened']);
  });

  test('who says that it is settled leaves by the customer exit', async () => {
    const desk = new Desk();
    await desk.customer();
    await desk.agent();
    await desk.clock.to(at('09:10:00'));
    const reply = desk.left.find(({ port }) => port === 'messages').quickReplies[0];
    assert.deepEqual(desk.seen, ['desk opened', 'messages rosa-1/1/reminder-1']);
    await desk.customer(undefined, { choice: reply.id, kind: 'menu-answer' });
    const closed = desk.left.find(({ port }) => port === 'customer');
    assert.equal(closed.exit, 'customer-resolved');
    assert.ok(desk.seen.includes(`customer ${closed.key}`));
    await desk.clock.to(at('23:00:00'));
    assert.deepEqual(desk.seen, []);
  });
});

describe('a close by people', () => {
  for (const by of ['agent', 'customer']) {
    test(`by the ${by} leaves by the ${by} exit, once`, async () => {
      const desk = new Desk();
      await desk.customer();
      await desk.agent();
      await desk.hear({ event: 'closed', by });
      await desk.hear({ event: 'closed', by });
      const exits = desk.left.filter(({ port }) => port !== 'desk');
      assert.equal(exits.length, 1);
      assert.equal(exits[0].port, by);
      assert.equal(exits[0].exit, `${by}-closed`);
      assert.equal(exits[0].close.source, by);
      desk.seen;
      await desk.clock.to(at('23:00:00'));
      assert.deepEqual(desk.seen, []);
    });
  }

  test('counts only when the customer is in this block with that ticket', async () => {
    const desk = new Desk();
    await assert.rejects(desk.hear({ event: 'closed', by: 'agent' }), /`rosa` is in no ticket of this block/);
    await desk.customer('Hola', { ticket: 'T-2' });
    await assert.rejects(desk.hear({ event: 'closed', by: 'agent', ticket: 'T-1' }), /with the ticket `T-2`, not with `T-1`/);
    assert.deepEqual(desk.seen, ['desk opened']);
    await desk.hear({ event: 'closed', by: 'agent', ticket: 'T-2' });
    assert.deepEqual(desk.left.map(({ port }) => port), ['agent']);
  });

  test('leaves by its exit although the plugin fails', async () => {
    const desk = new Desk();
    await desk.customer();
    useInstances(() => ({ ...fresh(), Policy: failing(fresh().Policy, () => true) }));
    const broken = new Desk({ clock: desk.clock, store: desk.store });
    await broken.hear({ event: 'closed', by: 'customer' });
    assert.deepEqual(broken.left.map(({ port }) => port), ['customer']);
    assert.equal(broken.errors.length, 1);
  });
});

/** A policy whose calls trap where `where(name, ticket)` says so. */
function failing(Policy, where) {
  return {
    parse(...args) {
      const held = Policy.parse(...args);
      return new Proxy(held, {
        get(target, name) {
          const value = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          return (ticket, ...rest) => {
            if (where(name, ticket)) throw new WebAssembly.RuntimeError('unreachable');
            return value.call(target, ticket, ...rest);
          };
        },
      });
    },
  };
}

describe('when the plugin fails', () => {
  test('the ticket rests, other tickets go on, and afterwards nothing was forgotten', async () => {
    let broken = true;
    useInstances(() => {
      const instance = fresh();
      return { ...instance, Policy: failing(instance.Policy, (name, ticket) => broken && ticket?.id === 'rosa-1') };
    });
    const desk = new Desk();
    broken = false;
    await desk.customer();
    await desk.agent();
    await desk.hear({ topic: 'luis', from: 'customer', payload: 'Hola' });
    await desk.hear({ topic: 'luis', from: 'agent', payload: 'Buenos días' });
    desk.seen;
    broken = true;
    await desk.clock.to(at('09:05:00'));
    await desk.customer('Ya reinicié'); // nobody receives it
    assert.equal(desk.assistance.failing, 1);
    assert.match(desk.errors[0], /the plugin failed in `onMessage`: unreachable/);
    await desk.clock.to(at('09:20:00'));
    assert.deepEqual(desk.seen, ['messages luis-1/1/reminder-1', 'messages luis-1/1/reminder-2', 'messages luis-1/1/close', 'inactivity luis-1/1/close']);
    broken = false;
    await desk.clock.to(at('12:00:00'));
    // It was recorded at last: the company owes the answer, so nothing is due.
    assert.deepEqual(desk.seen, []);
    assert.equal(desk.assistance.failing, 0);
  });

  test('a memory that was altered is a fault and closes nothing', async () => {
    const desk = new Desk();
    await desk.customer();
    await desk.agent();
    desk.seen;
    const record = await desk.store.get('rosa');
    record.memory = Buffer.from('not a memory').toString('base64');
    await desk.store.set('rosa', record);
    await desk.clock.to(at('23:00:00'));
    assert.deepEqual(desk.seen, []);
    assert.match(desk.errors[0], /fault `memory-(damaged|newer)`/);
  });

  for (const [what, msg] of Object.entries({
    'half an emoji': { payload: 'ya lo intenté \ud83d', id: 'm\ud83d', ticket: { tags: ['\ud83d'] } },
    'a byte order mark': { topic: '\ufeffrosa', payload: '\ufeffhola' },
    'digits in quotes': { sequence: '7', at: '1772442720000', ticket: { optedOut: 'false' } },
    'seconds in quotes': { at: '1772442720' },
    'an offset without a colon': { at: '2026-03-02T06:12:00-0300' },
    'an odd member that is not needed': { sequence: {}, at: [], id: {}, kind: 7, ticket: { tags: 7, group: 'maybe', more: 1 } },
  })) {
    test(`a customer who answers with ${what} is heard`, async () => {
      const desk = new Desk();
      await desk.customer();
      await desk.agent();
      await desk.clock.to(at('09:12:00'));
      desk.seen;
      await desk.customer('Sigo aquí', msg);
      await desk.clock.to(at('23:00:00'));
      assert.deepEqual(desk.seen, []);
      assert.deepEqual(desk.errors, []);
      // Nothing that could break what stores it.
      assert.doesNotMatch(JSON.stringify([...desk.store.records]), /\\ud83d/);
    });
  }

  for (const [what, msg] of Object.entries({
    'from somebody the contract does not know': { from: 'Customer', payload: 'Sigo aquí' },
    'with an event that does not exist': { event: 'mesage', from: 'customer', payload: 'Sigo aquí' },
    'from nobody': { payload: 'Sigo aquí' },
  })) {
    test(`a message ${what} holds the ticket until somebody has looked`, async () => {
      const desk = new Desk();
      await desk.customer();
      await desk.agent();
      await desk.clock.to(at('09:12:00'));
      desk.seen;
      await assert.rejects(desk.hear(msg), /msg\.(from|event)/);
      await desk.clock.to(at('12:00:00'));
      assert.deepEqual(desk.seen, []);
      // It holds after a restart too, and an agent's next message does not end it.
      const again = new Desk({ clock: desk.clock, store: desk.store });
      await again.assistance.start();
      await again.agent();
      await again.clock.to(at('13:00:00'));
      assert.deepEqual(again.seen, []);
      await again.hear({ event: 'checked' });
      await again.clock.to(at('23:00:00'));
      assert.deepEqual(again.seen, ['messages rosa-1/1/reminder-2', 'messages rosa-1/1/close', 'inactivity rosa-1/1/close']);
    });
  }

  test('the next message of the customer ends it as well', async () => {
    const desk = new Desk();
    await desk.customer();
    await desk.agent();
    await assert.rejects(desk.hear({ from: 'cliente', payload: 'Sigo aquí' }));
    await desk.customer('Sigo aquí');
    await desk.agent();
    desk.seen;
    await desk.clock.to(at('09:10:00'));
    assert.deepEqual(desk.seen, ['messages rosa-1/2/reminder-1']);
  });

  test('a message that cannot be read of a customer who is not here changes nothing', async () => {
    const desk = new Desk();
    await assert.rejects(desk.hear({ topic: 'luis', from: 'cliente' }));
    assert.deepEqual([...desk.store.records.keys()], []);
  });

  test('a ticket of which too much went unheard is set aside until people close it', async () => {
    const desk = new Desk({ policy: null });
    for (let i = 0; i < 70; i += 1) await desk.assistance.hear({ topic: 'rosa', from: i % 2 ? 'agent' : 'customer', payload: `${i}` });
    assert.match(desk.errors.join(), /`rosa-1` is set aside/);
    const mended = new Desk({ clock: desk.clock, store: desk.store });
    await mended.assistance.start();
    await mended.agent();
    await mended.clock.to(at('23:00:00'));
    assert.deepEqual(mended.seen, []);
    await mended.hear({ event: 'closed', by: 'agent' });
    assert.deepEqual(mended.left.map(({ port }) => port), ['agent']);
  });

  for (const [what, spoil] of Object.entries({
    'of another ticket': (key) => ({ ...key, ticket: 'luis-1' }),
    'that goes back': (key) => ({ ...key, cycle: 0 }),
  })) {
    test(`an action ${what} is not carried out`, async () => {
      useInstances(() => {
        const instance = fresh();
        const Policy = {
          parse(...args) {
            const held = instance.Policy.parse(...args);
            const onTick = held.onTick.bind(held);
            held.onTick = (...about) => {
              const decision = onTick(...about);
              const { outcome } = decision;
              if (outcome.tag !== 'act' || outcome.val.task.tag !== 'close') return decision;
              return { ...decision, outcome: { tag: 'act', val: { ...outcome.val, key: spoil(outcome.val.key) } } };
            };
            return held;
          },
        };
        return { ...instance, Policy };
      });
      const desk = new Desk();
      await desk.customer();
      await desk.agent();
      await desk.clock.to(at('10:00:00'));
      assert.deepEqual(desk.seen, ['desk opened', 'messages rosa-1/1/reminder-1', 'messages rosa-1/1/reminder-2']);
      assert.match(desk.errors[0], /the plugin's action `/);
    });
  }
});

describe('after a crash', () => {
  /** Another process takes up what the store has. */
  const restarted = async (desk, at) => {
    const next = new Desk({ clock: at ? new Clock(at).use() : desk.clock, store: desk.store });
    await next.assistance.start();
    return next;
  };

  test('what became due meanwhile is done in order, each at its distance from the one before', async () => {
    const desk = new Desk();
    await desk.customer();
    await desk.agent();
    const next = await restarted(desk, at('11:00:00'));
    assert.deepEqual(next.seen, ['messages rosa-1/1/reminder-1']);
    await next.clock.to(at('11:02:59'));
    assert.deepEqual(next.seen, []);
    await next.clock.to(at('11:04:59'));
    assert.deepEqual(next.seen, ['messages rosa-1/1/reminder-2']);
    await next.clock.to(at('11:05:00'));
    assert.deepEqual(next.seen, ['messages rosa-1/1/close', 'inactivity rosa-1/1/close']);
  });

  /** A process that dies at one of its writes, the write done or not, and never goes on. */
  class Mortal extends Desk {
    constructor(clock, disk, { death, written } = {}) {
      let writes = 0;
      const store = {
        get: (...about) => disk.get(...about),
        names: () => disk.names(),
        remove: (...about) => disk.remove(...about),
        set: async (...about) => {
          writes += 1;
          this.dead ||= writes === death;
          if (!this.dead || (writes === death && written)) await disk.set(...about);
          return this.dead ? new Promise(() => {}) : undefined;
        },
      };
      super({ clock, store });
    }

    emit(port, msg) {
      if (!this.dead) super.emit(port, { ...msg, left: this.clock.now() });
    }

    /** Says something; who is dead does not answer. */
    async say(from) {
      this.assistance.hear({ topic: 'rosa', from, id: from, payload: '…' }).catch((error) => this.errors.push(error));
      await settled();
    }
  }

  test('no reminder is doubled unmarked, none is lost, nobody is closed unwarned', async () => {
    const steps = ['rosa-1/1/reminder-1', 'rosa-1/1/reminder-2', 'rosa-1/1/close'];
    /** What left in a conversation of 40 minutes in which the process dies once. */
    const conversation = async (death, written) => {
      const clock = new Clock(START).use();
      const disk = new Memory();
      const processes = [new Mortal(clock, disk, { death, written })];
      const living = async () => {
        if (!processes.at(-1).dead) return processes.at(-1);
        processes.push(new Mortal(clock, disk));
        await processes.at(-1).assistance.start();
        await settled();
        return processes.at(-1);
      };
      for (const from of ['customer', 'agent']) {
        await processes.at(-1).say(from);
        // Unconfirmed messages are delivered again; a message with the same id changes nothing.
        if (processes.at(-1).dead) await (await living()).say(from);
      }
      for (let minute = 0; minute < 40; minute += 1) {
        await clock.to(60_000);
        await living();
      }
      return { writes: disk.writes, left: processes.flatMap(({ left }) => left) };
    };
    const undisturbed = await conversation();
    assert.deepEqual(undisturbed.left.filter(({ key }) => key).map(({ key }) => key), [...steps, steps.at(-1)]);
    for (let death = 1; death <= undisturbed.writes; death += 1) {
      for (const written of [false, true]) {
        const { left } = await conversation(death, written);
        const story = left.map(({ port, key, event, redelivered }) => `${port} ${key ?? event} ${redelivered ?? ''}`).join('\n');
        const where = `died ${written ? 'after' : 'before'} write ${death}:\n${story}`;
        for (const step of steps) {
          const times = left.filter(({ key, port }) => key === step && port !== 'inactivity');
          assert.ok(times.length >= 1, `${step} was lost; ${where}`);
          assert.ok(times.slice(1).every(({ redelivered }) => redelivered), `${step} was doubled; ${where}`);
        }
        const warning = left.findLast(({ key }) => key === steps[1]);
        const close = left.find(({ port }) => port === 'inactivity');
        assert.ok(close.left - warning.left >= 120_000, `closed before the promised gap; ${where}`);
      }
    }
  });

  test('a store that fails for a while closes nobody who has written', async () => {
    const desk = new Desk();
    await desk.customer();
    await desk.agent();
    desk.seen;
    desk.store.failAt = () => true;
    await desk.clock.to(at('09:05:00'));
    await desk.customer('Sigo aquí');
    assert.match(desk.errors[0], /the disk is full/);
    desk.store.failAt = undefined;
    await desk.clock.to(at('12:00:00'));
    assert.deepEqual(desk.seen, []);
  });

  test('a store that fails right after a message has left does not let it leave again', async () => {
    const desk = new Desk();
    await desk.customer();
    await desk.agent();
    desk.seen;
    const { writes } = desk.store;
    desk.store.failAt = (write) => write === writes + 2;
    await desk.clock.to(at('09:12:00'));
    assert.deepEqual(desk.seen, ['messages rosa-1/1/reminder-1']);
    assert.match(desk.errors[0], /the disk is full/);
  });
});

describe('several at once', () => {
  test('two customers each have their own clock', async () => {
    const desk = new Desk();
    await desk.customer();
    await desk.agent();
    await desk.clock.to(at('09:04:00'));
    await desk.hear({ topic: 'luis', from: 'customer', payload: 'Hola' });
    await desk.hear({ topic: 'luis', from: 'agent', payload: 'Buenos días' });
    await desk.clock.to(at('09:16:00'));
    assert.deepEqual(desk.seen, [
      'desk opened',
      'desk opened',
      'messages rosa-1/1/reminder-1',
      'messages rosa-1/1/reminder-2',
      'messages luis-1/1/reminder-1',
      'messages rosa-1/1/close',
      'inactivity rosa-1/1/close',
    ]);
    assert.equal(desk.assistance.open, 1);
  });

  test('a customer who writes while the reminder is being stored is heard first', async () => {
    const desk = new Desk();
    await desk.customer();
    await desk.agent();
    desk.seen;
    const set = desk.store.set.bind(desk.store);
    let writing;
    desk.store.set = async (customer, record) => {
      if (record.leaving && !writing) writing = desk.assistance.hear({ topic: 'rosa', from: 'customer', payload: 'Sigo aquí' });
      return set(customer, record);
    };
    await desk.clock.to(at('09:10:00'));
    await writing;
    await desk.clock.to(at('12:00:00'));
    assert.deepEqual(desk.seen, []);
  });

  test('messages of one customer are heard in the order of arrival, however slow the store', async () => {
    const desk = new Desk();
    const set = desk.store.set.bind(desk.store);
    let slow = 5;
    desk.store.set = async (...about) => {
      for (let turns = (slow -= 1); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
      return set(...about);
    };
    await desk.customer();
    await desk.clock.to(1000);
    await Promise.all([desk.agent(), desk.customer('Gracias')]);
    await desk.clock.to(at('12:00:00'));
    assert.deepEqual(desk.seen, ['desk opened']);
    await Promise.all([desk.customer('¿Hola?'), desk.agent('Buenas tardes')]);
    await desk.clock.to(at('12:10:00'));
    assert.deepEqual(desk.seen, ['messages rosa-1/2/reminder-1']);
  });
});

describe('time', () => {
  test('a wait of more than 2^31 ms is waited to its end', async () => {
    const policy = JSON.stringify({ rules: [{ departments: 'any', 'close-after': '80 d' }] });
    const desk = new Desk({ policy });
    await desk.customer();
    await desk.agent();
    assert.equal(desk.clock.timers, 1);
    await desk.clock.to('2026-05-21T08:59:59Z');
    assert.deepEqual(desk.seen, ['desk opened']);
    await desk.clock.to('2026-05-21T09:00:00Z');
    assert.deepEqual(desk.seen, ['inactivity rosa-1/1/close']);
  });

  test('holds, snoozes, calls and the queue stop the clock', async () => {
    for (const [begin, end] of [
      [{ event: 'held' }, { event: 'released' }],
      [{ event: 'snoozed' }, { event: 'woken' }],
      [{ event: 'call-started' }, { event: 'call-ended' }],
      [{ event: 'unassigned' }, { event: 'assigned', agent: 'ana' }],
    ]) {
      const desk = new Desk();
      await desk.customer();
      await desk.agent();
      desk.seen;
      await desk.clock.to(at('09:05:00'));
      await desk.hear(begin);
      await desk.clock.to(at('10:00:00'));
      assert.deepEqual(desk.seen, [], begin.event);
      await desk.hear(end);
      await desk.clock.to(at('10:04:59'));
      assert.deepEqual(desk.seen, [], end.event);
      await desk.clock.to(at('10:05:00'));
      assert.deepEqual(desk.seen, ['messages rosa-1/1/reminder-1'], end.event);
    }
  });

  test('a clock that is set back right before a reminder leaves delays it', async () => {
    const desk = new Desk();
    await desk.customer();
    await desk.agent();
    desk.seen;
    const set = desk.store.set.bind(desk.store);
    let once = true;
    desk.store.set = async (customer, record) => {
      if (record.leaving && once) {
        once = false;
        desk.clock.back(60_000);
      }
      return set(customer, record);
    };
    const times = [];
    desk.emit = () => times.push(new Date(desk.clock.now()).toISOString());
    await desk.clock.to(at('09:10:00'));
    assert.equal(once, false);
    assert.deepEqual(times, ['2026-03-02T09:10:00.000Z']);
  });

  test('a transfer brings the rule of the new department', async () => {
    const policy = JSON.stringify({
      rules: [
        { departments: ['ventas'], 'close-after': '1 h' },
        { departments: 'any', 'close-after': '15 min' },
      ],
    });
    const desk = new Desk({ policy });
    await desk.customer();
    await desk.agent();
    await desk.hear({ event: 'transferred', department: 'ventas', agent: 'luis' });
    await desk.clock.to(at('09:59:59'));
    assert.deepEqual(desk.seen, ['desk opened']);
    await desk.clock.to(at('10:00:00'));
    assert.deepEqual(desk.seen, ['inactivity rosa-1/1/close']);
  });

  test('a due close waits while the customer types', async () => {
    const policy = JSON.stringify({ channel: 'web-chat', rules: [{ departments: 'any', 'close-after': '15 min' }] });
    const desk = new Desk({ policy });
    await desk.customer();
    await desk.agent();
    desk.seen;
    await desk.clock.to(at('09:14:30'));
    await desk.hear({ event: 'typing' });
    await desk.clock.to(at('09:16:29'));
    assert.deepEqual(desk.seen, []);
    await desk.clock.to(at('09:16:30'));
    assert.deepEqual(desk.seen, ['inactivity rosa-1/1/close']);
  });
});

describe('after the close', () => {
  const closed = async (channel, policy = POLICY) => {
    const desk = new Desk({ options: { channel, keep: 30 }, policy });
    await desk.customer();
    await desk.agent();
    await desk.clock.to(at('09:15:00'));
    desk.seen;
    return desk;
  };

  test('a late answer opens the same ticket again where the channel can', async () => {
    const desk = await closed('email');
    await desk.clock.to(at('09:30:00'));
    await desk.customer('Perdón, sigo aquí');
    assert.deepEqual(desk.seen, ['desk rosa-1/1/reopen']);
    assert.equal(desk.assistance.open, 1);
    await desk.agent();
    await desk.clock.to(at('09:40:00'));
    assert.deepEqual(desk.seen, ['messages rosa-1/2/reminder-1']);
  });

  test('on a web chat it opens a new ticket, linked to the old one', async () => {
    const desk = await closed('web-chat');
    await desk.clock.to(at('09:30:00'));
    await desk.customer('Perdón, sigo aquí');
    const [opened] = desk.left;
    assert.deepEqual(desk.seen, ['desk opened']);
    assert.equal(opened.ticket.id, 'rosa-2');
    assert.equal(opened.linkedTo, 'rosa-1');
    await desk.agent();
    await desk.clock.to(at('09:40:00'));
    assert.deepEqual(desk.seen, ['messages rosa-2/1/reminder-1']);
  });

  test('a ticket is forgotten after the days it is kept', async () => {
    const desk = await closed('web-chat');
    assert.equal(desk.store.records.size, 1);
    await desk.clock.to('2026-04-01T09:15:00Z');
    assert.equal(desk.store.records.size, 0);
    assert.deepEqual(desk.errors, []);
  });
});

describe('with confirmation by the channel', () => {
  const waiting = async () => {
    const desk = new Desk({ options: { confirm: 300_000 } });
    await desk.customer();
    await desk.agent();
    await desk.clock.to(at('09:10:00'));
    assert.deepEqual(desk.seen, ['desk opened', 'messages rosa-1/1/reminder-1']);
    return desk;
  };

  test('the next step counts from the sending that was confirmed', async () => {
    const desk = await waiting();
    await desk.clock.to(at('09:12:00'));
    await desk.hear({ event: 'sent', key: 'rosa-1/1/reminder-1' });
    await desk.clock.to(at('09:14:59'));
    assert.deepEqual(desk.seen, []);
    await desk.clock.to(at('09:15:00'));
    assert.deepEqual(desk.seen, ['messages rosa-1/1/reminder-2']);
  });

  test('a reminder that could not be sent is no warning: nobody is closed', async () => {
    const desk = await waiting();
    await desk.hear({ event: 'failed', key: 'rosa-1/1/reminder-1', failure: 'blocked' });
    await desk.clock.to(at('23:00:00'));
    assert.deepEqual(desk.seen, []);
  });

  test('silence of the channel is a failure, also across a restart', async () => {
    const desk = await waiting();
    const next = new Desk({ clock: new Clock(at('09:12:00')).use(), store: desk.store, options: { confirm: 300_000 } });
    await next.assistance.start();
    await next.clock.to(at('23:00:00'));
    assert.deepEqual(next.seen, []);
    assert.deepEqual(next.errors, []);
  });
});

describe('what a flow says', () => {
  test('a mistake names the place and the way out', async () => {
    const desk = new Desk();
    await desk.customer();
    for (const [msg, problem] of [
      [{ topic: undefined, from: 'customer' }, /msg\.topic is missing; it names the customer/],
      [{ from: 'robot' }, /msg\.from is `robot`; it is one of customer, agent, ai-agent, bot/],
      [{ event: 'helded' }, /msg\.event is `helded`; it is one of message, opened/],
      [{ event: 'closed', by: 'inactivity' }, /msg\.by is `inactivity`; it is one of agent, customer, flow, api/],
      [{ from: 'agent', at: 'yesterday' }, /msg\.at is `yesterday`; give milliseconds/],
      [{ event: 'facts', ticket: { tags: 'vip' } }, /msg\.ticket\.tags is `vip`; give a list of texts/],
    ]) {
      await assert.rejects(desk.hear(msg), problem);
    }
  });

  test('a customer who wrote has written, whatever is wrong with the particulars', async () => {
    const desk = new Desk();
    await desk.customer();
    await desk.agent();
    desk.seen;
    await desk.clock.to(at('09:05:00'));
    await desk.customer('Sigo aquí', { at: 'just now', ticket: { tags: 7 } });
    assert.equal(desk.warnings.length, 2);
    await desk.clock.to(at('23:00:00'));
    assert.deepEqual(desk.seen, []);
  });

  test('facts reach the policy', async () => {
    const policy = JSON.stringify({ 'exempt-tags': ['vip'], rules: [{ departments: 'any', 'close-after': '15 min' }] });
    const desk = new Desk({ policy });
    await desk.customer('Hola', { ticket: { tags: ['vip'] } });
    await desk.agent();
    await desk.clock.to(at('10:00:00'));
    assert.deepEqual(desk.seen, ['desk opened']);
    await desk.hear({ event: 'facts', ticket: { tags: [] } });
    assert.deepEqual(desk.seen, ['inactivity rosa-1/1/close']);
  });
});

describe('automatic replies', () => {
  test('a missed call is answered and opens a ticket where the policy says so', async () => {
    const policy = JSON.stringify({
      rules: [{ departments: 'any', 'close-after': '1 d' }],
      replies: [{ departments: 'any', 'missed-call-ticket': true, events: { 'call-missed': { text: 'No llegamos a su llamada.' } } }],
    });
    const desk = new Desk({ policy });
    await desk.hear({ event: 'occurred', occurrence: 'call-missed', details: { call: 'c1', phase: 'options' } });
    assert.deepEqual(
      desk.left.map(({ port, event, payload }) => [port, event, payload]),
      [['desk', 'missed-call', undefined], ['messages', 'reply', 'No llegamos a su llamada.']],
    );
    assert.equal(desk.assistance.open, 1);
    assert.deepEqual(desk.errors, []);
  });
});
