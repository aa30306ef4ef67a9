// Posts as the desk makes them, with the scheme of docs/server.md written once more.
import { createHmac } from 'node:crypto';

export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** The headers of a post of these bytes. */
export function headers(body, { secret = SECRET, at = Date.now(), id = 'msg_1' } = {}) {
  const seconds = String(Math.floor(at / 1000));
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  const standard = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest('base64');
  const own = createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex');
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${standard}`,
    'despertador-timestamp': String(at),
    'despertador-signature': `v1=${own}`,
  };
}

/** A delivery as docs/server.md shows it. */
export const delivery = (more = {}, action = {}) => ({
  version: 1,
  account: 'acme',
  ticket: '4711',
  key: '4711/1/reminder-1',
  attempt: 1,
  ...more,
  action: {
    key: '4711/1/reminder-1',
    cycle: 1,
    step: 'reminder-1',
    due: '2027-01-15T08:10:00Z',
    task: 'send',
    with: { number: 1, of: 2, text: '¿Sigue ahí?', audience: 'customer', 'quick-replies': [{ id: 'resolve', title: 'Listo' }] },
    ...action,
  },
});
