// A real n8n in a process and a folder of its own, on the loopback interface.
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../../../../hosts/node/tests/support/free-port.mjs';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../../node_modules/n8n/bin/n8n', import.meta.url));
const thePackage = fileURLToPath(new URL('../../../../hosts/n8n/', import.meta.url));

/** Installs the nodes as docs/connect/n8n.md says: from the package, into n8n's folder for nodes. */
async function install(folder) {
  const nodes = join(folder, '.n8n', 'nodes');
  await mkdir(nodes, { recursive: true });
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: thePackage });
  await run('npm', ['install', '--legacy-peer-deps', '--no-audit', '--no-fund', join(folder, stdout.trim())], { cwd: nodes });
}

/** n8n's own interface, as the owner of a new n8n; it is what the editor uses. */
async function signUp(address) {
  let cookie = '';
  const ask = async (method, path, body) => {
    const answer = await fetch(`${address}${path}`, { method, headers: { cookie, 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    cookie ||= answer.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ');
    const value = JSON.parse(text);
    return value.data ?? value;
  };
  await ask('POST', '/rest/owner/setup', { email: 'owner@example.org', firstName: 'Own', lastName: 'Er', password: 'Only4Tests' });
  return ask;
}

/** Starts a new n8n. */
export async function startN8n(port) {
  const folder = await mkdtemp(join(tmpdir(), 'n8n-'));
  await install(folder);
  const env = {
    ...process.env,
    N8N_USER_FOLDER: folder,
    N8N_LISTEN_ADDRESS: '127.0.0.1',
    N8N_PORT: String(port),
    N8N_RUNNERS_BROKER_PORT: String(await freePort()),
    N8N_ENCRYPTION_KEY: 'only for tests',
    // No access outside this machine.
    N8N_DIAGNOSTICS_ENABLED: 'false',
    N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
    N8N_TEMPLATES_ENABLED: 'false',
    N8N_COMMUNITY_PACKAGES_REGISTRY: 'http://127.0.0.1:9',
  };
  const child = spawn(process.execPath, [program, 'start'], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  let said = '';
  await new Promise((ready, failed) => {
    const look = (text) => {
      said += text;
      if (said.includes('Editor is now accessible')) ready();
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', look);
    ended.then(() => failed(new Error(`n8n ended:\n${said}`)));
  });
  const address = `http://127.0.0.1:${port}`;
  const ask = await signUp(address);
  return {
    address,
    ask,
    stop,
    /** What n8n has printed. */
    said: () => said,
    /** Creates a credential; the result is how a node names it. */
    async credential(name, type, data) {
      const { id } = await ask('POST', '/rest/credentials', { name, type, data });
      return { [type]: { id, name } };
    },
    /** Creates a workflow and publishes it. */
    async publish(workflow) {
      const { id, versionId } = await ask('POST', '/rest/workflows', workflow);
      await ask('POST', `/rest/workflows/${id}/activate`, { versionId });
    },
  };
}
