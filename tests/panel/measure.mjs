// How long the editor of rules takes to answer a keystroke: from the letter until what the server says of it
// is on the page. Prints a table; `node measure.mjs`, with DESPERTADOR for a command that is built already.
import { launch, person } from './tests/support/chromium.mjs';
import { demo } from './tests/support/demo.mjs';

const KEYS = 60;
const rule = (number) => ({
  name: `Regla ${number}`,
  departments: number ? [`departamento ${number}`] : 'any',
  'close-after': '15 min',
  reminders: [['10 min', '¿Sigues ahí?'], ['1 min', 'Parece que te fuiste'], ['3 min', '¡Hasta luego!']].map(([after, text]) => ({ after, text })),
});

const desk = await demo();
const browser = await launch();
const { page } = await person(browser, desk.base);
await page.goto(`${desk.base}/sign-in`);
await page.locator('#token').fill(desk.token);
await page.locator('main button').click();
console.log('| rules | page, KiB | median, ms | 95th percentile, ms | longest, ms | page blocked, ms |');
console.log('|---|---|---|---|---|---|');
for (const count of [1, 5, 20]) {
  await desk.ask('PUT', '/v1/accounts/demo/policy?confirmed=true', { channel: 'whatsapp', rules: Array.from({ length: count }, (_, number) => rule(number)) });
  await page.goto(`${desk.base}/a/demo/rules`);
  const size = (await page.content()).length;
  const { answers, blocked } = await page.evaluate(async (keys) => {
    const text = document.getElementById('/rules/0/reminders/0/text');
    const count = document.getElementById('/rules/0/reminders/0/text-count');
    const blocked = [];
    new PerformanceObserver((list) => blocked.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
    const answers = [];
    for (let key = 0; key < keys; key += 1) {
      const seen = new Promise((done) => {
        const observer = new MutationObserver(() => (observer.disconnect(), done()));
        observer.observe(count, { childList: true, characterData: true, subtree: true });
      });
      const began = performance.now();
      text.value += 'x';
      text.dispatchEvent(new Event('input', { bubbles: true }));
      await seen;
      answers.push(performance.now() - began);
      await new Promise((done) => setTimeout(done, 20));
    }
    return { answers, blocked };
  }, KEYS);
  answers.sort((one, other) => one - other);
  const at = (share) => answers[Math.min(answers.length - 1, Math.floor(share * answers.length))].toFixed(1);
  console.log(`| ${count} | ${(size / 1024).toFixed(0)} | ${at(0.5)} | ${at(0.95)} | ${at(1)} | ${Math.max(0, ...blocked).toFixed(0)} |`);
}
await browser.close();
await desk.stop();
