// The package as it is published, and its example.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { built, node, trigger } from './support/n8n.mjs';

const folder = new URL('../', import.meta.url);
const json = async (path) => JSON.parse(await readFile(new URL(path, folder)));
const { HAPPENING } = built('nodes/shared/words');
const { OUTPUTS } = built('nodes/shared/delivery');
const property = (name) => node.description.properties.find((one) => one.name === name);

test('what is packed has every file that package.json and the nodes name, and no tests', async () => {
  const [{ files }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  const packed = files.map(({ path }) => path);
  const { n8n, dependencies } = await json('package.json');
  const icons = ['dist/icons/despertador.svg', 'dist/icons/despertador.dark.svg'];
  for (const path of [...n8n.nodes, ...n8n.credentials, ...icons, 'README.md', 'README.es.md', 'README.pt.md']) assert.ok(packed.includes(path), path);
  assert.deepEqual(packed.filter((path) => /test/.test(path)), []);
  assert.equal(dependencies, undefined, 'n8n refuses packages with dependencies');
});

test('the form offers every event of the contract but the results of actions', () => {
  const offered = property('event').options.map(({ value }) => value);
  const expected = HAPPENING.filter((one) => !['carried-out', 'failed'].includes(one)).concat('message-undelivered');
  assert.deepEqual(offered.sort(), expected.sort());
});

test('a property is shown in operations that its resource has', () => {
  for (const { name, displayOptions } of node.description.properties.filter(({ name }) => name !== 'resource')) {
    const { resource, operation = [] } = displayOptions.show;
    const operations = node.description.properties.filter((one) => one.name === 'operation');
    const [{ options }] = operations.filter((one) => one.displayOptions.show.resource[0] === resource[0]);
    const known = options.map(({ value }) => value);
    assert.deepEqual(operation.filter((one) => !known.includes(one)), [], name);
  }
});

test('the example names properties that the nodes have, and uses each output of the trigger', async () => {
  const { nodes, connections } = await json('examples/whatsapp-people-inactivity.json');
  const names = nodes.map(({ name }) => name);
  const ours = nodes.filter(({ type }) => type.startsWith('n8n-nodes-despertador.'));
  assert.equal(ours.length, 7);
  for (const { name, type, parameters } of ours) {
    const { description } = type.endsWith('Trigger') ? trigger : node;
    const known = description.properties.map((one) => one.name);
    assert.deepEqual(Object.keys(parameters).filter((one) => !known.includes(one)), [], name);
  }
  for (const [from, { main }] of Object.entries(connections)) {
    assert.ok(names.includes(from), from);
    for (const { node: to } of main.flat()) assert.ok(names.includes(to), to);
  }
  assert.equal(connections['Despertador Trigger'].main.filter((targets) => targets.length > 0).length, OUTPUTS.length);
});
