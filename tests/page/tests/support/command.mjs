// The command, and what it is given.
import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const run = promisify(execFile);

let built;
const command = () => {
  if (process.env.DESPERTADOR) return process.env.DESPERTADOR;
  built ??= execFileSync('cargo', ['build', '--quiet', '--package', 'despertador', '--message-format=json'], { cwd: repository, encoding: 'utf8', maxBuffer: 1 << 26 })
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).executable)
    .findLast(Boolean);
  return built;
};

export const despertador = async (folder, ...given) => (await run(command(), given, { cwd: folder, maxBuffer: 1 << 26 })).stdout;

/** A history nobody would wish for, as CSV: hostile and long names, both directions, many tickets, nights. */
export function uglyHistory(tickets) {
  const departments = ['<script>document.title="taken"</script>', 'x'.repeat(200), 'תמיכה & דעם "عربي"', '', '</title><b>', 'soporte'];
  const rows = ['ticket,author,at,department'];
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
  const start = Date.parse('2026-03-01T23:50:00Z');
  for (let number = 0; number < tickets; number += 1) {
    const id = number % 50 ? `t${number}` : `<img src=x onerror=alert(1)>${'é'.repeat(200)}${number}`;
    const at = (minutes) => new Date(start + (number * 17 + minutes) * 60_000).toISOString();
    const row = (author, minutes) => rows.push([id, author, at(minutes), departments[number % departments.length]].map(quoted).join(','));
    row('customer', 0);
    // Some never hear of the company, some are talked to for long, some come back.
    if (number % 7 === 0) continue;
    for (let message = 0; message < (number % 40 ? 2 : 90); message += 1) row('agent', 5 + message);
    if (number % 3) row('customer', 5 + (number * 37) % 900 + (number % 40 ? 2 : 90));
  }
  rows.push('"broken</td>","customer","<yesterday>",""');
  return `${rows.join('\n')}\n`;
}
