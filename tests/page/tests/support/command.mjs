// The command, and what it is given.
import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const run = promisify(execFile);

let built;
/** The command as it was built, or as cargo builds it. */
export const command = () => {
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

/** A journal of a desk nobody would wish for: hostile names, every way to close, customers who come back. */
export function uglyJournal(tickets) {
  const departments = ['<script>document.title="taken"</script>', 'x'.repeat(200), 'תמיכה & דעם "عربي"', '</title><b>', 'soporte'];
  const lines = [{ 'despertador-journal': 1, order: 'by-ticket' }];
  const start = Date.parse('2026-02-27T23:50:00Z');
  let seq = 0;
  for (let number = 0; number < tickets; number += 1) {
    const ticket = number % 50 ? `t${number}` : `<img src=x onerror=alert(1)>${'é'.repeat(200)}${number}`;
    let previous = 0;
    const tell = (minutes, row, more = {}) => {
      const at = new Date(start + (number * 97 + minutes) * 60_000).toISOString();
      seq += 1;
      lines.push({ account: 'acme', ticket, seq, previous, at, kind: 'heard', policy: 0, row: { ticket, at, ...row }, ...more });
      previous = seq;
    };
    const done = (minutes, step) => tell(minutes, { event: { 'carried-out': { cycle: 1, step } } }, { note: { attempt: 1, due: start + (number * 97 + minutes) * 60_000 - number * 10 } });
    const facts = { channel: 'whatsapp', agent: '</td><i>Ana', department: departments[number % departments.length], tags: ['<b>'], more: { 'customer.id': '+57', 'close.category': '<u>', 'close.summary': 'y'.repeat(300) } };
    tell(0, { facts, message: { author: 'customer' } });
    tell(1 + (number % 9), { message: { author: 'agent' } });
    if (number % 4 === 0) {
      tell(12, { event: { closed: ['agent', 'customer', 'flow', 'api', 'other:<s>'][(number / 4) % 5] } });
    } else {
      done(20, 'reminder-1');
      if (number % 3 === 0) tell(21, { message: { author: 'customer' } });
      else {
        done(25, 'reminder-2');
        done(30, 'close');
        if (number % 7 === 0) tell(90, { message: { author: 'customer' } });
        if (number % 7 === 1) tell(3_000, { event: { reopened: 'agent' } });
      }
    }
  }
  lines.push({ end: { policies: 0, tickets, entries: seq } });
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
}
