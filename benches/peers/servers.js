// Servers of this run's own: each on a free loopback port or a socket inside its own temporary
// folder, ended by process id, its folder removed. Nothing that runs already is touched.

import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { open } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";

const STARTED = new Set();
const FOLDERS = new Set();

// However the run ends, short of its own kill -9, no server and no folder is left. PostgreSQL's own
// processes write until they have noticed its end, so a run that is interrupted waits for the servers.
process.on("exit", () => {
  for (const { child } of STARTED) child.kill("SIGKILL");
  for (const folder of FOLDERS) rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, async () => {
    await Promise.all([...STARTED].map((server) => server.end("SIGINT")));
    process.exit(1);
  });
}

export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "despertador-peers-"));
  FOLDERS.add(folder);
  return folder;
}

export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  FOLDERS.delete(folder);
}

function program(name, ...more) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", ...more];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

// Debian keeps PostgreSQL's programs out of PATH, in a folder of the version.
function postgresFolders() {
  const root = "/usr/lib/postgresql";
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, "bin"));
}

/** The Debian packages whose programs are not there. */
export function missing() {
  const packages = [];
  if (!program("redis-server")) packages.push("redis-server");
  if (!program("initdb", ...postgresFolders())) packages.push("postgresql");
  return packages;
}

async function freePort() {
  const probe = createServer();
  await new Promise((resolve, reject) => probe.once("error", reject).listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Starts a server and waits until it says that it is ready. */
async function start(path, parameters, { cwd, ready, user = {} }) {
  const child = spawn(path, parameters, {
    cwd,
    env: { ...process.env, LC_ALL: "C" },
    stdio: ["ignore", "pipe", "pipe"],
    ...user,
  });
  let output = "";
  const ended = new Promise((resolve) => {
    child.once("error", resolve);
    child.once("exit", () => {
      STARTED.delete(server);
      resolve();
    });
  });
  const server = {
    child,
    async end(signal) {
      child.kill(signal);
      await ended;
    },
  };
  STARTED.add(server);
  await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${path} was not ready in 30 s\n${output}`)), 30_000);
    const read = (text) => {
      output = (output + text).slice(-4000);
      if (!output.includes(ready)) return;
      clearTimeout(late);
      resolve();
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    ended.then((error) => {
      clearTimeout(late);
      reject(new Error(`${path} did not start${error ? `: ${error.message}` : ""}\n${output}`));
    });
  });
  return server;
}

/**
 * Redis that answers a write only once it is in the append-only file and synced. Snapshots are off:
 * the file holds everything, and a snapshot's fork would only disturb the measurement.
 */
export async function redis(folder) {
  const path = program("redis-server");
  const port = await freePort();
  const server = await start(
    path,
    [
      ["--bind", "127.0.0.1"],
      ["--port", String(port)],
      ["--dir", folder],
      ["--appendonly", "yes"],
      ["--appendfsync", "always"],
      ["--save", ""],
    ].flat(),
    { cwd: folder, ready: "Ready to accept connections" },
  );
  return {
    connection: { host: "127.0.0.1", port },
    version: execFileSync(path, ["--version"], { encoding: "utf8" }).match(/v=(\S+)/)[1],
    stop: () => server.end("SIGTERM"),
    kill: () => server.end("SIGKILL"),
  };
}

/** PostgreSQL with its own defaults, which are durable; both settings are named so that it shows. */
export async function postgres(folder) {
  const initdb = program("initdb", ...postgresFolders());
  const path = program("postgres", ...postgresFolders());
  const user = {};
  if (process.getuid() === 0) {
    // PostgreSQL refuses to run as root; Debian's package makes this user.
    for (const [key, flag] of [["uid", "-u"], ["gid", "-g"]]) {
      user[key] = Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
    }
    chownSync(folder, user.uid, user.gid);
  }
  const data = join(folder, "data");
  if (!existsSync(data)) {
    // Only who can enter the folder can connect, so the socket needs no password.
    execFileSync(
      initdb,
      ["--pgdata", data, "--username", "bench", "--auth", "trust", "--encoding", "UTF8", "--locale", "C"],
      { cwd: folder, env: { ...process.env, LC_ALL: "C" }, stdio: ["ignore", "ignore", "pipe"], ...user },
    );
  }
  const settings = {
    listen_addresses: "",
    unix_socket_directories: folder,
    fsync: "on",
    synchronous_commit: "on",
  };
  const server = await start(
    path,
    ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    { cwd: folder, ready: "database system is ready to accept connections", user },
  );
  return {
    connection: { host: folder, user: "bench", database: "postgres" },
    version: execFileSync(path, ["--version"], { encoding: "utf8" }).match(/[\d.]+/)[0],
    // A «fast» shutdown: open sessions are ended.
    stop: () => server.end("SIGINT"),
    kill: () => server.end("SIGKILL"),
  };
}

/** What a small write with its sync costs in a folder, in microseconds: the floor of every figure. */
export async function costOfSync(folder, times = 200) {
  const file = await open(join(folder, "sync"), "w");
  const line = Buffer.alloc(512, "x");
  const before = process.hrtime.bigint();
  for (let i = 0; i < times; i++) {
    await file.write(line);
    await file.datasync();
  }
  const micros = Number(process.hrtime.bigint() - before) / 1000 / times;
  await file.close();
  return micros;
}

/** Whether a folder is in memory, where a sync costs nothing and proves nothing. */
export function inMemory(folder) {
  const TMPFS = 0x01021994;
  return statfsSync(folder).type === TMPFS;
}

// Run by itself it names the missing packages, one a line.
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const name of missing()) console.log(name);
}
