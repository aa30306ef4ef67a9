// Live tickets in a browser: what changes is seen at once, whatever the clock of the computer says.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { barriers, launch, left, person, picture } from './support/chromium.mjs';
import { demo } from './support/demo.mjs';

const HOUR = { version: 'hour', language: 'en', 'exempt-tags': ['vip'], rules: [{ name: 'One hour', departments: 'any', 'close-after': '1 h', reminders: [{ after: '30 min', text: 'Hello?' }] }] };

describe('live tickets', { skip: left(), timeout: 300_000 }, () => {
  let desk;
  let browser;
  const account = (part) => `${desk.base}/a/demo/${part}`;
  const signedIn = async (options) => {
    const one = await person(browser, desk.base, options);
    await options?.begin?.(one.page);
    await one.page.goto(`${desk.base}/sign-in`);
    await one.page.locator('#token').fill(desk.token);
    await one.page.locator('main button').click();
    await one.page.waitForURL(account('tickets'));
    return one;
  };
  const silent = async (ticket, facts) => {
    await desk.tell(ticket, 'customer', facts);
    await desk.tell(ticket, 'agent');
  };
  const row = (page, ticket) => page.locator(`#tickets tr[data-ticket="${ticket}"]`);

  before(async () => {
    desk = await demo();
    await desk.ask('PUT', '/v1/accounts/demo/policy?confirmed=true', HOUR);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await desk?.stop();
  });

  test('a change is seen by all who look, and counts down by the server’s clock', async () => {
    // This computer is three days and an hour late.
    const wrong = (page) => page.addInitScript('{ const now = Date.now; Date.now = () => now() - 262800000; }');
    const one = await signedIn({ begin: wrong });
    const other = await signedIn();
    await silent('ana');
    for (const { page } of [one, other]) {
      await row(page, 'ana').getByText('Reminder 1').waitFor();
      await row(page, 'ana').locator('.countdown', { hasText: /− (29|30) min/ }).waitFor();
    }
    // What is chosen and where the keyboard is stay, whatever comes.
    await row(one.page, 'ana').getByRole('checkbox').check();
    await row(one.page, 'ana').getByRole('checkbox').focus();
    await desk.ask('POST', '/v1/accounts/demo/tickets/ana/extend', { by: '2 h' });
    await row(one.page, 'ana').locator('.countdown', { hasText: /− 2 h (29|30) min/ }).waitFor();
    assert.ok(await row(one.page, 'ana').getByRole('checkbox').isChecked());
    assert.ok(await row(one.page, 'ana').getByRole('checkbox').evaluate((box) => box === document.activeElement));
    for (const { heard, asked } of [one, other]) assert.deepEqual([heard, asked], [[], []]);
    await one.close();
    await other.close();
  });

  test('without a stream the list is asked for, and a lost connection is said', async () => {
    const one = await signedIn({ begin: (page) => page.route('**/a/demo/live', (route) => route.abort()) });
    const { page } = one;
    await silent('eva');
    await row(page, 'eva').waitFor({ timeout: 25_000 });
    await page.route('**/a/demo/tickets', (route) => route.abort());
    await page.locator('#lost').waitFor({ state: 'visible' });
    await picture(page, 'lost');
    await page.unroute('**/a/demo/tickets');
    await page.locator('#lost').waitFor({ state: 'hidden' });
    await one.close();
  });

  test('the reminder is sent now, hold and exemption are undone, and the close comes after its reminders', async () => {
    await silent('bea');
    const one = await signedIn();
    const { page } = one;
    await page.goto(account('tickets/bea'));
    await page.getByRole('button', { name: 'Hold' }).click();
    await page.getByText('clock is paused').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('clock runs again').waitFor();
    await page.getByRole('button', { name: 'Exempt' }).click();
    await page.getByText('The ticket is exempt').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('no longer exempt').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Close now' }).count(), 0);
    await page.getByRole('button', { name: 'Send the reminder now' }).click();
    await page.getByText('The reminder is due now').waitFor();
    await picture(page, 'remind-now');
    await page.goto(account('tickets'));
    await row(page, 'bea').getByText('Close', { exact: true }).waitFor();
    await page.goto(account('tickets/bea'));
    await page.getByRole('button', { name: 'Close now' }).click();
    await page.getByText('The close is due now').waitFor();
    const { violations } = await barriers(page);
    assert.deepEqual(violations, []);
    await page.goto(account('tickets'));
    await row(page, 'bea').waitFor({ state: 'detached' });
    await page.goto(account('audit'));
    await page.getByText('ticket closed before its time').waitFor();
    assert.deepEqual([one.heard, one.asked], [[], []]);
    await one.close();
  });

  test('many tickets: filters, pages, and one change for those that were chosen', async () => {
    const events = Array.from({ length: 130 }, (_, number) => ['customer', 'agent'].map((author) => ({
      ticket: `many-${String(number).padStart(3, '0')}`,
      id: `${author}-${number}`,
      facts: { channel: number % 2 ? 'email' : 'whatsapp', agent: number % 2 ? 'Eva' : 'Ana', department: `dept ${number % 5}` },
      message: { author },
    }))).flat();
    await desk.ask('POST', '/v1/accounts/demo/events', events);
    const one = await signedIn();
    const { page } = one;
    await page.goto(`${account('tickets')}?q=many`);
    assert.equal(await page.locator('#tickets tr').count(), 100);
    await page.getByRole('link', { name: 'Next page' }).click();
    assert.equal(await page.locator('#tickets tr').count(), 30);
    await page.getByRole('link', { name: 'First page' }).click();
    await page.getByLabel('Channel').fill('email');
    await page.getByLabel('Agent').fill('Eva');
    await page.getByRole('button', { name: 'Apply' }).click();
    assert.equal(await page.locator('#tickets tr').count(), 65);
    await page.getByLabel('Choose ticket many-001').check();
    await page.getByLabel('Choose ticket many-003').check();
    await page.getByRole('button', { name: 'Hold' }).click();
    await page.getByText('Tickets changed: 2.').waitFor();
    await page.getByLabel('Show').selectOption('paused');
    await page.getByRole('button', { name: 'Apply' }).click();
    await row(page, 'many-001').getByText('On hold').waitFor();
    assert.equal(await page.locator('#tickets tr').count(), 2);
    await picture(page, 'paused');
    await page.setViewportSize({ width: 360, height: 800 });
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
    await picture(page, 'paused-360');
    assert.deepEqual([one.heard, one.asked], [[], []]);
    await one.close();
  });

  test('sessions are listed, and one ends another', async () => {
    const one = await signedIn();
    const other = await signedIn();
    const { page } = one;
    await page.goto(`${desk.base}/sessions`);
    const rows = page.locator('tbody tr');
    const before = await rows.count();
    assert.ok(before >= 2);
    assert.equal(await rows.filter({ hasText: 'this one' }).count(), 1);
    const { violations } = await barriers(page);
    assert.deepEqual(violations, []);
    await picture(page, 'sessions');
    for (let left = before; left > 1; left -= 1) {
      await page.getByRole('button', { name: /^End/ }).first().click();
      await page.getByText('The session has ended.').waitFor();
      assert.equal(await rows.count(), left - 1);
    }
    // The page of the other notices by itself.
    await silent('cid');
    await other.page.waitForURL(/sign-in/, { timeout: 30_000 });
    await one.close();
    await other.close();
  });
});
