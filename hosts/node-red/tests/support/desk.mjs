// A human-assistance block without Node-RED: what it sends is collected in a list.
import { Assistance } from '../../lib/assistance.mjs';
import { surroundings } from '../../lib/check.mjs';
import { Plugin } from '../../lib/plugin.mjs';
import { Clock, settled } from './clock.mjs';

export const START = '2026-03-02T09:00:00Z';

/** Two reminders, then the close: 10 min, 3 min, 2 min. */
export const POLICY = JSON.stringify({
  version: 'test',
  language: 'es',
  rules: [
    {
      departments: 'any',
      'close-after': '15 min',
      reminders: [
        { after: '10 min', text: '¿Sigue ahí?', 'quick-replies': [{ text: 'Ya está resuelto', effect: 'resolve' }] },
        { after: '3 min', text: 'Hasta luego' },
      ],
      close: { 'closing-text': 'Hasta pronto.', tags: ['inactividad'] },
    },
  ],
});

/** A store that survives the block, and can be made to fail at one of its calls. */
export class Memory {
  records = new Map();
  writes = 0;
  failAt = undefined;

  async get(customer) {
    return this.records.has(customer) ? JSON.parse(this.records.get(customer)) : undefined;
  }

  async set(customer, record) {
    this.writes += 1;
    if (this.failAt?.(this.writes)) throw new Error('the disk is full');
    this.records.set(customer, JSON.stringify(record));
  }

  async remove(customer) {
    this.records.delete(customer);
  }

  async names() {
    return [...this.records.keys()];
  }
}

export class Desk {
  left = [];
  errors = [];
  warnings = [];

  constructor({ clock, store = new Memory(), policy = POLICY, plugin = new Plugin(), options } = {}) {
    this.clock = clock ?? new Clock(START).use();
    this.store = store;
    this.assistance = new Assistance({
      policy: policy && (typeof policy === 'string' ? plugin.policy(policy, surroundings({ exit: 'linked' })) : policy),
      store,
      emit: (port, msg) => this.emit(port, msg),
      report: (error) => this.errors.push(error.message),
      passOver: (problem) => this.warnings.push(problem.message),
      options,
    });
  }

  emit(port, msg) {
    this.left.push({ port, ...msg });
  }

  async hear(msg) {
    await this.assistance.hear({ topic: 'rosa', ...msg });
    await settled();
  }

  customer(payload = 'No me carga la página', more = {}) {
    return this.hear({ from: 'customer', payload, ...more });
  }

  agent(payload = '¿Puede reiniciar el equipo?', more = {}) {
    return this.hear({ from: 'agent', payload, ...more });
  }

  /** What left since the last time, each as `port key` or `port event`. */
  get seen() {
    return this.left.splice(0).map((msg) => `${msg.port} ${msg.key ?? msg.event}${msg.redelivered ? ' again' : ''}`);
  }
}
