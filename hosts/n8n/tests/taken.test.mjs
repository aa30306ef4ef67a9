import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { built } from './support/n8n.mjs';

const { Taken } = built('nodes/shared/taken');

class Response extends EventEmitter {
  writableEnded = false;
  statusCode = 200;

  /** n8n answers. */
  end(statusCode) {
    Object.assign(this, { writableEnded: true, statusCode });
  }
}

test('what was answered with success is not received again', () => {
  const taken = new Taken();
  const first = new Response();
  assert.equal(taken.receive('a', first), 'new');
  assert.equal(taken.receive('a', new Response()), 'running');
  first.end(200);
  assert.equal(taken.receive('a', new Response()), 'taken');
  first.emit('close');
  assert.equal(taken.receive('a', new Response()), 'taken');
  assert.equal(taken.receive('b', new Response()), 'new');
});

test('what was answered with an error is received again', () => {
  const taken = new Taken();
  for (const closes of [true, false]) {
    const response = new Response();
    assert.equal(taken.receive('a', response), 'new');
    response.end(500);
    if (closes) response.emit('close');
  }
  assert.equal(taken.receive('a', new Response()), 'new');
});

test('an answer counts that comes after the desk has stopped waiting', () => {
  const taken = new Taken();
  for (const [status, expected] of [[500, 'new'], [200, 'taken']]) {
    const response = new Response();
    assert.equal(taken.receive('a', response), 'new');
    response.emit('close');
    assert.equal(taken.receive('a', new Response()), 'running');
    response.end(status);
    if (expected === 'taken') assert.equal(taken.receive('a', new Response()), 'taken');
  }
});

test('the oldest keys are forgotten', () => {
  const taken = new Taken();
  const response = new Response().setMaxListeners(0);
  response.end(200);
  for (let key = 0; key <= 10_000; key += 1) taken.receive(String(key), response);
  assert.equal(taken.receive('1', response), 'taken');
  assert.equal(taken.receive('0', response), 'new');
});
