// The editor's page runs in a browser and imports nothing, so its list of channels is compared with
// the contract.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { CHANNEL } from '@despertador/host/words';

test('the editor offers the channels of the contract', async () => {
  const page = await readFile(new URL('../nodes/human-assistance.html', import.meta.url), 'utf8');
  const [, list] = /const CHANNELS = \[([^\]]*)\]/.exec(page);
  assert.deepEqual(
    list.split(',').map((word) => word.trim().replaceAll("'", '')),
    CHANNEL,
  );
});
