import assert from 'node:assert/strict';
import { test } from 'node:test';
import { built } from './support/n8n.mjs';
import { SECRET, headers } from './support/signed.mjs';

const { refusal } = built('nodes/shared/signature');
const NOW = 1_800_000_000_000;
const MINUTES = 60_000;
const body = Buffer.from('{"ticket":"niño"}');
const check = { secret: SECRET, now: NOW, tolerance: 5 * MINUTES };
const signed = (options) => headers(body, { at: NOW, ...options });
const only = (prefix, all) => Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith(prefix)));

test('the example of Standard Webhooks is genuine', () => {
  const example = {
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    body: Buffer.from('{"test": 2432232314}'),
  };
  assert.equal(refusal(example, { ...check, now: 1_614_265_330_000 }), undefined);
});

for (const secret of [SECRET, 'a secret without a prefix']) {
  test(`a post is genuine by each scheme with the secret ${secret}`, () => {
    const all = signed({ secret });
    for (const used of [all, only('webhook-', all), only('despertador-', all)]) {
      assert.equal(refusal({ headers: used, body }, { ...check, secret }), undefined);
    }
  });
}

test('a secret that only looks like base64 signs with its own bytes', () => {
  const secret = 'whsec_no base64!';
  const own = only('despertador-', headers(body, { at: NOW, secret }));
  assert.equal(refusal({ headers: own, body }, { ...check, secret }), undefined);
});

test('another body, id, secret or no signature is refused', () => {
  const genuine = signed();
  for (const [post, expected] of [
    [{ headers: genuine, body: Buffer.from('{}') }, /does not fit/],
    [{ headers: { ...genuine, 'webhook-id': 'msg_2' }, body }, /does not fit/],
    [{ headers: signed({ secret: 'another' }), body }, /compare the secrets/],
    [{ headers: { ...genuine, 'despertador-signature': 'v1=00' }, body }, /does not fit/],
    [{ headers: { ...genuine, 'webhook-signature': 'v1,' }, body }, /does not fit/],
    [{ headers: {}, body }, /no signature/],
    [{ headers: { ...genuine, 'webhook-signature': ['v1,a', 'v1,b'], 'despertador-signature': undefined }, body }, /no signature/],
  ]) {
    assert.match(refusal(post, check), expected);
  }
  assert.match(refusal({ headers: genuine, body }, { ...check, secret: '' }), /no webhook secret/);
});

test('while a secret is changed one of several signatures is enough', () => {
  const genuine = only('webhook-', signed());
  const several = { ...genuine, 'webhook-signature': `v1,b2xk ${genuine['webhook-signature']}` };
  assert.equal(refusal({ headers: several, body }, check), undefined);
});

test('a copy of an old post is refused, and one from the future', () => {
  for (const [minutes, expected] of [[0, undefined], [5, undefined], [-5, undefined], [5.1, /set the clocks/], [-5.1, /set the clocks/]]) {
    const found = refusal({ headers: signed(), body }, { ...check, now: NOW + minutes * MINUTES });
    if (expected) assert.match(found, expected);
    else assert.equal(found, undefined);
  }
});

test('a time that is no number is refused', () => {
  for (const at of ['soon', '']) {
    const used = only('despertador-', headers(body, { at }));
    assert.match(refusal({ headers: used, body }, check), /too far from now/);
  }
});
