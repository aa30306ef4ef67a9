// A real desk in a process and a folder of its own, on the loopback interface.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { command } from '../../../../tests/page/tests/support/command.mjs';
import { SECRET } from './signed.mjs';

const ACCOUNT = 'acme';

/** Starts a desk that posts to this address, under a policy of one rule for all. */
export async function startDesk({ webhook, rule, timeout = '10 s' }) {
  const folder = await mkdtemp(join(tmpdir(), 'despertador-n8n-'));
  const settings = `desk = "desk.db"
listen = "127.0.0.1:0"
operations = "off"
panel = false
[deliver]
webhook = "${webhook}"
secret-file = "secret"
timeout = "${timeout}"
[accounts.${ACCOUNT}]
policy = "policy.json"
`;
  await writeFile(join(folder, 'settings.toml'), settings);
  await writeFile(join(folder, 'secret'), `${SECRET}\n`);
  await writeFile(join(folder, 'policy.json'), JSON.stringify({ version: '1', language: 'es', rules: [{ departments: 'any', ...rule }] }));
  const scopes = ['--scopes', 'events:write,help-desk:edit', '--accounts', ACCOUNT];
  const options = { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
  const token = execFileSync(command(), ['token', 'create', 'n8n', ...scopes, '--desk', 'desk.db'], options).trim();

  const child = spawn(command(), ['--json', 'serve', '--config', 'settings.toml'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const { interface: address } = JSON.parse(line);
    if (address) return { credential: { baseUrl: `http://${address}`, account: ACCOUNT, token, webhookSecret: SECRET }, stop };
  }
  await stop();
  throw new Error('the desk ended before it listened');
}
