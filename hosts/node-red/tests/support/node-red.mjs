// A real Node-RED in its own process and folder, on the loopback interface.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../node/tests/support/free-port.mjs';
import { until } from '../../../node/tests/support/until.mjs';

// The nodes of this repository, or those that are installed in the folder DESPERTADOR_NODES.
const nodes = process.env.DESPERTADOR_NODES ?? resolve(fileURLToPath(import.meta.url), '../../..');
const program = createRequire(import.meta.url).resolve('node-red/red.js');

export class NodeRed {
  said = '';

  static async with(flow, { language = 'en_US.UTF-8' } = {}) {
    const folder = await mkdtemp(join(tmpdir(), 'node-red-'));
    await mkdir(join(folder, 'node_modules'));
    await symlink(nodes, join(folder, 'node_modules', 'node-red-contrib-despertador'), 'dir');
    const manifest = { name: 'test', version: '1.0.0', dependencies: { 'node-red-contrib-despertador': '*' } };
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(folder, 'flows.json'), JSON.stringify(flow));
    const red = new NodeRed();
    Object.assign(red, { folder, language });
    await red.start();
    return red;
  }

  async start() {
    this.port = await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    const settings = {
      uiHost: '127.0.0.1',
      uiPort: this.port,
      flowFile: 'flows.json',
      credentialSecret: 'only for tests',
      contextStorage: { default: { module: 'localfilesystem', config: { cache: false } }, memory: { module: 'memory' } },
      logging: { console: { level: 'info', metrics: false, audit: false } },
      telemetry: { enabled: false, updateNotification: false },
      // No access outside this machine.
      externalModules: { palette: { allowInstall: false } },
      editorTheme: { tours: false, projects: { enabled: false }, palette: { catalogues: [] } },
    };
    const file = join(this.folder, 'settings.js');
    await writeFile(file, `module.exports = ${JSON.stringify(settings)};\n`);
    const { LC_ALL, LC_MESSAGES, ...env } = process.env;
    this.process = spawn(process.execPath, [program, '--userDir', this.folder, '--settings', file], {
      env: { ...env, LANG: this.language, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on('data', (text) => (this.said += text));
    this.ended = new Promise((resolve) => this.process.on('exit', resolve));
    await until('Node-RED answers', async () => {
      if (this.process.exitCode !== null) throw new Error(`Node-RED ended:\n${this.said}`);
      const answer = await fetch(`${this.url}/flows`).catch(() => undefined);
      return answer?.ok && this.said.includes('Started flows');
    }, 60).catch((error) => {
      throw new Error(`${error.message}\n${this.said}`);
    });
  }

  /** Ends it as a power cut does. */
  async crash() {
    this.process.kill('SIGKILL');
    await this.ended;
    this.said = '';
  }

  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGKILL');
    await this.ended;
    await rm(this.folder, { recursive: true, force: true });
  }

  async tell(what) {
    const answer = await fetch(`${this.url}/conversation`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(what),
    });
    if (answer.status !== 202) throw new Error(`the flow answered ${answer.status}`);
  }

  /** What left the node since this process began, each with its port and time. */
  async seen() {
    const answer = await fetch(`${this.url}/seen`);
    // During a deploy Node-RED briefly has no such page.
    return answer.ok ? answer.json() : [];
  }
}
