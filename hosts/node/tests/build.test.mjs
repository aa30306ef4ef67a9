// Components that are no plugin: what is made of them is refused, and nothing ends with them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';

const here = resolve(fileURLToPath(import.meta.url), '../..');
const text = resolve(here, '../../tests/fixtures/components/two-components.wat');

test('components within a component that hand each other a string are refused, with a reason', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'despertador-build-'));
  try {
    const component = join(folder, 'two.wasm');
    writeFileSync(component, await parse(readFileSync(text, 'utf8')));
    // In a copy: what the other tests use stays as it is.
    for (const part of ['build.mjs', 'lib', 'package.json']) cpSync(join(here, part), join(folder, part), { recursive: true });
    symlinkSync(join(here, 'node_modules'), join(folder, 'node_modules'));
    const env = { ...process.env, DESPERTADOR_COMPONENT: component };
    const built = () => execFileSync(process.execPath, ['build.mjs'], { cwd: folder, env, stdio: 'pipe' });
    assert.throws(built, (error) => {
      assert.equal(error.signal, null);
      assert.match(error.stderr.toString(), /does not export `policy\.parse`/);
      return true;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
