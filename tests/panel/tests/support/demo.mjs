// A desk for demonstration, with its panel, at free ports.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { command } from '../../../page/tests/support/command.mjs';

/** Starts it; it says where its interface and its panel are. */
export async function demo() {
  const child = spawn(command(), ['--json', 'serve', '--demo', '--listen', '127.0.0.1:0', '--operations', 'off'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = {};
  for await (const line of createInterface({ input: child.stdout })) {
    Object.assign(said, JSON.parse(line));
    if (said.panel) break;
  }
  const base = `http://${said.interface}`;
  const ask = async (method, path, body, as = said.token) => {
    const answer = await fetch(`${base}${path}`, { method, headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text && JSON.parse(text);
  };
  return {
    base,
    link: said.panel,
    token: said.token,
    ask,
    /** What somebody says in a ticket. */
    tell: (ticket, author, more = {}) =>
      ask('POST', '/v1/accounts/demo/events', { ticket, id: `${author}-${Math.random()}`, facts: { channel: 'web-chat', ...more }, message: { author, text: 'Hola' } }),
    stop: () => new Promise((gone) => {
      child.once('exit', gone);
      child.kill('SIGTERM');
    }),
  };
}
