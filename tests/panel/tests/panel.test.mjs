// What people do in the panel, in a browser, on a desk for demonstration.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { barriers, launch, left, person, picture, tabbed } from './support/chromium.mjs';
import { demo } from './support/demo.mjs';

const LANGUAGES = {
  es: { locale: 'es-CO', rules: 'Reglas', tickets: 'Tickets', review: 'Ver cambios y guardar' },
  pt: { locale: 'pt-BR', rules: 'Regras', tickets: 'Tickets', review: 'Ver mudanças e salvar' },
  en: { locale: 'en-US', rules: 'Rules', tickets: 'Tickets', review: 'Review and save' },
};
const HOSTILE = '<img src=x onerror=alert(1)> "מרים" \u202e';
const MANUAL = {
  zone: 'America/Bogota',
  channel: 'whatsapp',
  rules: [{ name: 'Ten seconds', departments: 'any', 'close-after': '10 s', reminders: [{ after: '5 s', text: 'Are you still there?' }] }],
};

/** The text of a reminder. */
const text = (page, rule, reminder) => page.locator(`[id="/rules/${rule}/reminders/${reminder}/text"]`);

/** Confirms whatever a change away from safety asks for. */
const confirmed = async (page) => {
  for (const box of await page.locator('main input[type=checkbox][required]').all()) await box.check();
};

describe('panel', { skip: left(), timeout: 300_000 }, () => {
  let desk;
  let browser;
  const account = (part) => `${desk.base}/a/demo/${part}`;
  /** Somebody who has signed in with the token. */
  const signedIn = async (options) => {
    const one = await person(browser, desk.base, options);
    await one.page.goto(`${desk.base}/sign-in`);
    await one.page.locator('#token').fill(desk.token);
    await one.page.locator('main button').click();
    await one.page.waitForURL(account('tickets'));
    return one;
  };
  const quiet = ({ heard, asked }) => {
    assert.deepEqual(heard, []);
    assert.deepEqual(asked, []);
  };

  before(async () => {
    desk = await demo();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await desk?.stop();
  });

  test('the link of the demonstration signs in once', async () => {
    const one = await person(browser, desk.base);
    await one.page.goto(desk.link);
    await picture(one.page, 'sign-in');
    await one.page.getByRole('button', { name: 'Sign in' }).click();
    await one.page.waitForURL(account('tickets'));
    const cookies = await one.context.cookies();
    const session = cookies.find(({ name }) => name === 'despertador_session');
    assert.equal(session.sameSite, 'Strict');
    assert.ok(session.httpOnly);
    await one.page.getByRole('button', { name: 'Sign out' }).click();
    await one.page.waitForURL(/sign-in/);
    quiet(one);
    const again = await one.page.goto(desk.link);
    assert.equal(again.status(), 410);
    await one.close();
  });

  test('the procedure of the manual: a close for two departments, the bar red at 15, mended, saved', async () => {
    const one = await signedIn();
    const { page } = one;
    await page.getByRole('link', { name: 'Rules' }).click();
    // The rule for all others is there.
    await page.locator('section.card').first().waitFor();
    assert.equal(await page.locator('section.card').count(), 1);
    assert.ok(await page.getByLabel('Any (all others)').isChecked());
    await page.getByRole('button', { name: 'Add a rule' }).click();
    const card = page.locator('section.card').nth(1);
    await page.locator('#rule-1-name').fill('Ventas y cobros');
    await card.getByLabel(/Add departments/).fill('ventas, cobros');
    await card.getByRole('button', { name: 'Add', exact: true }).click();
    assert.deepEqual((await card.locator('.departments > .chips .chip').allInnerTexts()).map((text) => text.trim()), ['ventas', 'cobros']);
    const texts = ['¿Sigues ahí?', 'Parece que te fuiste', '¡Hasta luego!'];
    for (const [number, minutes] of [10, 1, 4].entries()) {
      await card.getByRole('button', { name: 'Add a reminder' }).click();
      await card.getByLabel(`Reminder ${number + 1}: time`, { exact: true }).fill(String(minutes));
      await card.getByLabel(`Reminder ${number + 1}: time: unit`).selectOption('min');
      await text(page, 1, number).fill(texts[number]);
    }
    await page.locator('#rule-1-close-after').fill('15');
    // The server says so while it is typed.
    const bar = card.locator('progress.full');
    await bar.waitFor();
    assert.match(await card.locator('.accumulated').innerText(), /15 min of 15 min/);
    const red = await bar.evaluate((element) => getComputedStyle(element).borderColor);
    assert.notEqual(red, await card.evaluate((element) => getComputedStyle(element).borderColor));
    assert.match(await card.locator('#rule-1-close-after-problems').innerText(), /15 min/);
    await picture(page, 'rules-red');
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByText('has to be mended').waitFor();
    assert.equal((await desk.ask('GET', '/v1/accounts/demo/policy')).version, 1);
    // What was typed is still there.
    assert.equal(await text(page, 1, 1).inputValue(), texts[1]);
    await card.getByLabel('Reminder 3: time', { exact: true }).fill('3');
    await card.locator('progress:not(.full)').waitFor();
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('heading', { name: 'Changes' }).waitFor();
    assert.match(await page.locator('ul.changes').innerText(), /New rule “Ventas y cobros”/);
    await picture(page, 'review');
    await confirmed(page);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('version 2 is in force').waitFor();
    const { policy } = await desk.ask('GET', '/v1/accounts/demo/policy');
    assert.deepEqual(policy.rules[1], {
      departments: ['ventas', 'cobros'],
      'close-after': '15 min',
      name: 'Ventas y cobros',
      reminders: [10, 1, 3].map((minutes, number) => ({ after: `${minutes} min`, text: texts[number] })),
    });
    await picture(page, 'rules');
    // Deleted, with what it means, and taken back.
    await page.getByRole('button', { name: 'Delete rule' }).nth(1).click();
    await page.getByRole('button', { name: 'Review and save' }).click();
    assert.match(await page.locator('ul.changes').innerText(), /The rule “Ventas y cobros” is deleted/);
    await confirmed(page);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('version 3 is in force').waitFor();
    await page.getByRole('link', { name: 'Versions and undo' }).click();
    await picture(page, 'versions');
    await page.getByRole('button', { name: 'Undo the last change' }).click();
    await page.getByText('version 4 is in force').waitFor();
    assert.equal((await desk.ask('GET', '/v1/accounts/demo/policy')).policy.rules.length, 2);
    quiet(one);
    await one.close();
  });

  test('a ticket is reminded and closed before one’s eyes', async () => {
    await desk.ask('PUT', '/v1/accounts/demo/policy', MANUAL);
    const one = await signedIn();
    const { page } = one;
    await desk.tell('eva', 'customer', { more: { 'customer.id': 'eva@example.com', 'customer.name': 'Eva' } });
    await desk.tell('eva', 'agent');
    const row = page.locator('#tickets tr', { hasText: 'eva' });
    // It comes by itself, counts down, is reminded, and goes when it is closed.
    await row.getByText('Reminder 1').waitFor();
    await row.locator('.countdown', { hasText: /− \d+ s/ }).waitFor();
    await picture(page, 'tickets');
    await row.getByText('Close').waitFor({ timeout: 15_000 });
    await row.waitFor({ state: 'detached', timeout: 20_000 });
    await page.goto(account('tickets/eva'));
    await page.locator('svg.timeline').waitFor();
    assert.match(await page.locator('.verdict').innerText(), /closed/i);
    assert.equal(await page.locator('svg.timeline .close').count(), 1);
    await page.getByRole('link', { name: /Why at entry/ }).first().click();
    await page.getByRole('heading', { name: /at entry/ }).waitFor();
    await picture(page, 'ticket');
    quiet(one);
    await one.close();
  });

  test('a ticket gets more time, is held and released', async () => {
    await desk.ask('PUT', '/v1/accounts/demo/policy', { ...MANUAL, rules: [{ departments: 'any', 'close-after': '1 h', reminders: [{ after: '30 min', text: 'Hola' }] }] });
    await desk.tell('bea', 'customer');
    await desk.tell('bea', 'agent');
    const one = await signedIn();
    const { page } = one;
    await page.goto(account('tickets/bea'));
    const due = async () => Number(await page.locator('.countdown').first().getAttribute('data-due'));
    const before = await due();
    await page.getByLabel('More time').fill('2');
    await page.getByLabel('Unit').selectOption('h');
    await page.getByRole('button', { name: 'Give more time' }).click();
    await page.getByText('The customer has more time').waitFor();
    assert.ok(Math.abs((await due()) - before - 7_200_000) < 5_000);
    await page.getByRole('button', { name: 'Hold' }).click();
    await page.getByText('clock is paused').waitFor();
    await page.getByRole('button', { name: 'Release' }).click();
    await page.getByText('clock runs again').waitFor();
    quiet(one);
    await one.close();
  });

  test('without script the forms do the same', async () => {
    const one = await signedIn({ script: false });
    const { page } = one;
    await page.goto(account('rules'));
    const card = page.locator('section.card').first();
    await card.getByRole('button', { name: 'Add a reminder' }).click();
    await card.locator('.reminder textarea[name$="/text"]').last().fill('Uno más');
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('is in force now').waitFor();
    await page.goto(account('tickets'));
    await page.getByText('bea').first().waitFor();
    await one.close();
  });

  test('a session that ends loses nothing that was typed', async () => {
    const name = `session-${Date.now()}`;
    const { token } = await desk.ask('POST', '/v1/tokens', { name, scopes: ['help-desk:edit'], accounts: ['demo'] });
    const one = await person(browser, desk.base);
    const { page } = one;
    await page.goto(`${desk.base}/sign-in`);
    await page.locator('#token').fill(token);
    await page.locator('main button').click();
    await page.waitForURL(account('tickets'));
    await page.goto(account('rules'));
    await desk.ask('DELETE', `/v1/tokens/${name}`);
    await page.locator('#rule-0-name').fill('Typed before');
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByText('The session has ended').waitFor();
    await page.locator('#token').fill(desk.token);
    await page.locator('main button').click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.locator('ul.changes', { hasText: 'Typed before' }).waitFor();
    await one.close();
  });

  test('hostile names are text, and other directions of writing stay where they are', async () => {
    await desk.tell(HOSTILE, 'customer', { department: HOSTILE, more: { 'customer.id': HOSTILE } }).catch(() => {});
    const name = HOSTILE.replace('\u202e', '');
    await desk.tell(name, 'customer', { department: name, more: { 'customer.id': name, 'customer.name': name } });
    await desk.tell(name, 'agent');
    const one = await signedIn();
    await one.page.locator('#tickets', { hasText: 'onerror' }).waitFor();
    await one.page.getByRole('link', { name: /onerror/ }).first().click();
    await one.page.locator('svg.timeline').waitFor();
    await picture(one.page, 'hostile');
    quiet(one);
    await one.close();
  });

  for (const [language, words] of Object.entries(LANGUAGES)) {
    for (const scheme of ['light', 'dark']) {
      test(`${language}, ${scheme}: no barriers, on a telephone nothing is cut, nothing is loaded from elsewhere`, async () => {
        const one = await signedIn({ locale: words.locale, scheme, width: 360 });
        const { page } = one;
        assert.equal(await page.getAttribute('html', 'lang'), language);
        const parts = ['tickets', 'tickets/bea', 'rules', 'rules/versions', 'undelivered', 'reports', 'flow', 'audit'].map(account);
        for (const address of [...parts, `${desk.base}/tokens`, `${desk.base}/sessions`, `${desk.base}/help`, `${desk.base}/help/rules`]) {
          await page.goto(address);
          const { passed, violations } = await barriers(page);
          assert.deepEqual(violations, [], address);
          assert.ok(passed > 15, `${passed} in ${address}`);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(wide <= 360, `${address} is ${wide} wide`);
          if (scheme === 'dark' || language === 'es') await picture(page, `360-${language}-${scheme}-${address.split('/').at(-1)}`);
        }
        quiet(one);
        await one.close();
      });
    }
  }

  test('the language is switched on the page', async () => {
    const one = await signedIn();
    await one.page.goto(account('rules'));
    await one.page.getByRole('link', { name: 'Español' }).click();
    await one.page.getByRole('button', { name: LANGUAGES.es.review }).waitFor();
    assert.equal(one.page.url(), account('rules'));
    await one.close();
  });

  test('everything is reached by the keyboard, in order, and shows where it is', async () => {
    const one = await signedIn();
    for (const part of ['tickets', 'rules', 'tickets/bea']) {
      await one.page.goto(account(part));
      const reached = await tabbed(one.page);
      assert.ok(reached.length > 15, `${part}: ${reached.length}`);
      assert.deepEqual(reached.filter(({ ring }) => !ring), [], part);
      const missed = await one.page.evaluate(() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
        .filter((element) => element.type !== 'hidden' && element.tabIndex >= 0 && element.checkVisibility() && !element.dataset.reached && element.type !== 'radio')
        .map((element) => element.outerHTML.slice(0, 120)));
      assert.deepEqual(missed, [], part);
    }
    await one.close();
  });
});
