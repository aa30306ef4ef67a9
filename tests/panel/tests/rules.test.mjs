// The editor of rules, as people in charge use it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { barriers, launch, left, person, picture } from './support/chromium.mjs';
import { demo } from './support/demo.mjs';

const POLICY = '/v1/accounts/demo/policy';
const MANUAL = {
  zone: 'America/Bogota',
  channel: 'whatsapp',
  rules: [{
    name: 'Soporte',
    departments: 'any',
    'close-after': '15 min',
    reminders: [['10 min', '¿Sigues ahí?'], ['1 min', 'Parece que te fuiste'], ['3 min', '¡Hasta luego!']].map(([time, text]) => ({ after: time, text })),
  }],
};
const PAST = `ticket,author,at,department
a,customer,2026-02-02T09:00:00Z,ventas
a,agent,2026-02-02T09:01:00Z,ventas
a,customer,2026-02-02T09:26:00Z,ventas
b,customer,2026-02-02T09:00:00Z,ventas
b,agent,2026-02-02T09:01:00Z,ventas
c,customer,2026-02-09T09:00:00Z,ventas
`;
const HEBREW = 'שלום {{customer.name|לקוח}}, עדיין כאן?';

/** A field by its place in the policy. */
const field = (page, place) => page.locator(`[id="${place}"]`);
const named = (page, name) => page.locator(`[name="${name}"]`);
const unfold = (page) => page.evaluate(() => document.querySelectorAll('form[data-check] details').forEach((one) => { one.open = true; }));

describe('rules', { skip: left(), timeout: 300_000 }, () => {
  let desk;
  let browser;
  const rules = () => `${desk.base}/a/demo/rules`;
  const inForce = async () => (await desk.ask('GET', POLICY)).policy;
  /** Somebody who has signed in and looks at the rules. */
  const editor = async (options) => {
    const one = await person(browser, desk.base, options);
    await one.page.goto(`${desk.base}/sign-in`);
    await one.page.locator('#token').fill(desk.token);
    await one.page.locator('main button').click();
    await one.page.waitForURL(/tickets/);
    await one.page.goto(rules());
    return one;
  };
  const review = (page) => page.locator('button[value=review]').click();
  const save = async (page) => {
    await review(page);
    for (const box of await page.locator('main input[type=checkbox][required]').all()) await box.check();
    await page.locator('button[value=save]').click();
    await page.waitForURL(/saved=/);
  };
  const quiet = ({ heard, asked }) => assert.deepEqual([heard, asked], [[], []]);

  before(async () => {
    desk = await demo();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await desk?.stop();
  });

  test('it is shown how a rule will look, with office hours, from a start of one’s choice', async () => {
    await desk.ask('PUT', POLICY, { ...MANUAL, schedules: { oficina: { open: { 'mon-fri': '09:00-18:00' } } } });
    const one = await editor({ locale: 'es-CO' });
    const { page } = one;
    const times = async () => (await page.locator('#rule-0-looks time').allInnerTexts()).map((text) => text.slice(-16));
    const renewed = (first) => page.locator('#rule-0-looks time', { hasText: first }).waitFor();
    await named(page, 'start').fill('2026-03-06T17:50');
    await renewed('2026-03-06 18:00');
    assert.deepEqual(await times(), ['2026-03-06 18:00', '2026-03-06 18:01', '2026-03-06 18:04', '2026-03-06 18:05']);
    await unfold(page);
    await field(page, '/rules/0/business-hours').selectOption('oficina');
    // Friday evening: the rest of the time runs on Monday.
    await renewed('2026-03-09 09:01');
    assert.deepEqual(await times(), ['2026-03-06 18:00', '2026-03-09 09:01', '2026-03-09 09:04', '2026-03-09 09:05']);
    await page.locator('#rule-0-card').scrollIntoViewIfNeeded();
    quiet(one);
    await one.close();
  });

  test('every part of a policy is written in its form', async () => {
    await desk.ask('PUT', POLICY, MANUAL);
    const one = await editor();
    const { page } = one;
    const add = async (button) => {
      await unfold(page);
      await page.locator(`button[value="${button}"]`).click();
      await unfold(page);
    };
    await unfold(page);
    await named(page, '/schedules+').fill('de día');
    await add('add:/schedules');
    await named(page, '/sending-windows+').fill('tarde');
    await add('add:/sending-windows');
    await named(page, '/schedules/de día/open/sat').fill('09:00-12:00, 13:00-14:00');
    await named(page, '/schedules/de día/holidays').fill('12-25\n2026-12-24 09:00-13:00');
    await named(page, '/sending-windows/tarde/per-day').fill('2');
    await named(page, '/budget/per-week').fill('5');
    await named(page, '/exempt-tags').fill('vip\noro');
    await add('add:/rules/0/reminders/0/quick-replies');
    await named(page, '/rules/0/reminders/0/quick-replies/0/text').fill('Más tiempo');
    await field(page, '/rules/0/reminders/0/quick-replies/0/effect').selectOption('extend');
    await named(page, '/rules/0/reminders/0/quick-replies/0/by.number').fill('1');
    await named(page, '/rules/0/reminders/0/quick-replies/0/by.unit').selectOption('h');
    await named(page, '/rules/0/reminders/0/image/url').fill('https://example.com/reloj.png');
    await named(page, '/rules/0/reminders/0/image/alternative').fill('Un reloj');
    await named(page, '/rules/0/reminders/0/template/name').fill('aviso_1');
    await field(page, '/rules/0/sending-window').selectOption('tarde');
    await field(page, '/rules/0/typing').selectOption('=off');
    await named(page, '/rules/0/close/closing-text').fill('Hasta pronto.');
    await named(page, '/rules/0/close/tags').fill('inactivo');
    await field(page, '/rules/0/close/survey').selectOption('later');
    await named(page, '/rules/0/close/unassign-after').selectOption('these');
    await named(page, '/defaults/close/category').fill('Sin respuesta');
    await add('add:/replies');
    await named(page, '/replies/0/schedule').selectOption('de día');
    await named(page, '/replies/0/events/wrote-out-of-hours/text').fill('Abrimos a las 9.');
    await save(page);
    const saved = await inForce();
    assert.deepEqual(saved.schedules, { 'de día': { open: { 'mon-fri': '09:00-18:00', sat: ['09:00-12:00', '13:00-14:00'] }, holidays: ['12-25', { date: '2026-12-24', open: '09:00-13:00' }] } });
    assert.deepEqual(saved['sending-windows'], { tarde: { open: { 'mon-sat': '08:00-20:00' }, 'per-day': 2 } });
    assert.deepEqual([saved.budget, saved['exempt-tags']], [{ 'per-week': 5 }, ['vip', 'oro']]);
    const [rule] = saved.rules;
    assert.deepEqual(rule.reminders[0], {
      after: '10 min',
      text: '¿Sigues ahí?',
      image: { url: 'https://example.com/reloj.png', alternative: 'Un reloj' },
      'quick-replies': [{ text: 'Más tiempo', effect: 'extend', by: '1 h' }],
      template: { name: 'aviso_1' },
    });
    assert.deepEqual([rule['sending-window'], rule.typing], ['tarde', false]);
    assert.deepEqual(rule.close, { 'closing-text': 'Hasta pronto.', tags: ['inactivo'], survey: 'later', 'unassign-after': [] });
    assert.deepEqual(saved.defaults, { close: { category: 'Sin respuesta' } });
    assert.deepEqual(saved.replies, [{ departments: 'any', schedule: 'de día', events: { 'wrote-out-of-hours': { text: 'Abrimos a las 9.' } } }]);
    // A problem stands at its field, and a red circle at the head of what is folded.
    await unfold(page);
    await named(page, '/rules/0/close/closing-text').fill('{{nobody}}');
    await page.locator('[id="/rules/0/close/closing-text-problems"] .bad').waitFor();
    await page.locator('#rule-0-close-signs .bad').waitFor();
    await page.locator('#rule-0-head-signs .bad').waitFor();
    quiet(one);
    await one.close();
  });

  test('departments of other rules are not offered, and it is said where they are', async () => {
    await desk.ask('PUT', POLICY, { rules: [{ name: 'Norte', departments: ['ventas'], 'close-after': '1 h' }, { name: 'Sur', departments: ['cobros'], 'close-after': '1 h' }] });
    for (const department of ['ventas', 'cobros', 'legal']) await desk.tell(`of-${department}`, 'customer', { department });
    const one = await editor();
    const { page } = one;
    const card = page.locator('#rule-0-card');
    assert.deepEqual((await card.locator('.free .chip').allInnerTexts()).map((text) => text.trim()), ['legal']);
    await card.getByText('Departments with another rule').click();
    await card.getByText('cobros: rule “Sur”').waitFor();
    await card.locator('.free .chip input').check();
    await save(page);
    assert.deepEqual((await inForce()).rules[0].departments, ['ventas', 'legal']);
    quiet(one);
    await one.close();
  });

  test('before saving it is said what changes, and the rules are tried on the past', async () => {
    await desk.ask('PUT', `${POLICY}?confirmed=true`, MANUAL);
    await desk.tell('waits', 'customer', { more: { 'customer.name': 'Rosa' } });
    await desk.tell('waits', 'agent');
    const one = await editor({ locale: 'es-CO' });
    const { page } = one;
    await page.locator('#rule-0-close-after').fill('1');
    await page.locator('[name="rule.0.close-after.unit"]').selectOption('h');
    await review(page);
    await page.getByText('Cerrar después de: de 15 min a 1 h').waitFor();
    await page.getByText('Cierre 45 min después: 1').waitFor();
    await page.getByText('El contenido de la tabla').click();
    await page.locator('#csv').fill(PAST);
    await page.getByRole('button', { name: 'Probar' }).click();
    const row = (name) => page.getByRole('row', { name: new RegExp(`^${name}`) }).locator('td').allInnerTexts();
    assert.deepEqual(await row('Cierres por inactividad'), ['2', '1']);
    assert.deepEqual(await row('Cierres prematuros'), ['1', '0']);
    await picture(page, 'review-past');
    const { violations } = await barriers(page);
    assert.deepEqual(violations, []);
    // What was reviewed is saved, and the page of the backtest is there too.
    await page.getByText('El contenido de la tabla').click();
    await page.locator('#csv').fill(PAST);
    const opened = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Informe completo' }).click();
    const report = await opened;
    await report.getByRole('heading', { name: 'Probar con el pasado' }).waitFor();
    assert.ok(await report.locator('.report svg').count() > 0);
    await picture(report, 'past-report');
    await report.close();
    await page.locator('button[value=save]').click();
    await page.waitForURL(/saved=/);
    assert.equal((await inForce()).rules[0]['close-after'], '1 h');
    quiet(one);
    await one.close();
  });

  test('any two versions are compared', async () => {
    await desk.ask('PUT', POLICY, MANUAL);
    const { version } = await desk.ask('GET', POLICY);
    await desk.ask('PUT', POLICY, { ...MANUAL, company: 'Acme' });
    const one = await editor();
    const { page } = one;
    await page.goto(`${rules()}/versions`);
    await named(page, 'from').selectOption(String(version + 1));
    await named(page, 'to').selectOption(String(version));
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('heading', { name: `From version ${version + 1} to version ${version}` }).waitFor();
    assert.match(await page.locator('ul.changes').innerText(), /Company: is removed/);
    await picture(page, 'versions-compared');
    quiet(one);
    await one.close();
  });

  test('of two people who edit, the second is told, and loses nothing', async () => {
    await desk.ask('PUT', POLICY, MANUAL);
    const [first, second] = [await editor(), await editor()];
    await first.page.locator('#company').fill('Acme');
    await second.page.locator('#company').fill('Globex');
    await save(first.page);
    await review(second.page);
    await second.page.locator('button[value=save]').click();
    await second.page.getByText('Somebody else saved').or(second.page.getByText('has saved')).first().waitFor();
    assert.match(await second.page.locator('ul.changes').innerText(), /from «Acme» to «Globex»/);
    await second.page.locator('button[value=save]').click();
    await second.page.waitForURL(/saved=/);
    assert.equal((await inForce()).company, 'Globex');
    for (const one of [first, second]) {
      quiet(one);
      await one.close();
    }
  });

  test('ten thousand characters are counted, and other directions of writing are kept', async () => {
    await desk.ask('PUT', POLICY, MANUAL);
    const one = await editor();
    const { page } = one;
    const text = field(page, '/rules/0/reminders/0/text');
    await text.fill('n'.repeat(10_000));
    await page.locator('.count.bad', { hasText: '10000 of 4096 characters' }).waitFor();
    await page.locator('#rule-0-head-signs .bad').waitFor();
    await text.fill(HEBREW);
    await page.locator('.count:not(.bad)', { hasText: `${[...HEBREW].length} of 4096` }).waitFor();
    assert.equal(await text.evaluate((element) => getComputedStyle(element).direction), 'rtl');
    // A placeholder is written where the text was edited last.
    await text.press('End');
    await page.locator('#rule-0-card').getByRole('button', { name: '{{agent.name}}' }).click();
    assert.equal(await text.inputValue(), `${HEBREW}{{agent.name}}`);
    await save(page);
    assert.equal((await inForce()).rules[0].reminders[0].text, `${HEBREW}{{agent.name}}`);
    quiet(one);
    await one.close();
  });

  test('five thousand departments are edited', async () => {
    const departments = Array.from({ length: 5_000 }, (_, number) => `departamento ${number}`);
    const groups = Array.from({ length: 5 }, (_, number) => departments.slice(number * 1_000, (number + 1) * 1_000));
    await desk.ask('PUT', `${POLICY}?confirmed=true`, { rules: groups.map((names, number) => ({ name: `Grupo ${number}`, departments: names, 'close-after': '1 h' })) });
    const one = await editor();
    const { page } = one;
    const list = named(page, 'rule.4.departments');
    await list.fill(departments.slice(4_001).join('\n'));
    await review(page);
    await page.getByText('no longer applies to departamento 4000').waitFor();
    quiet(one);
    await one.close();
  });

  test('the settings of Blip are imported, and what differs is said', async () => {
    await desk.ask('PUT', POLICY, MANUAL);
    const one = await editor();
    const { page } = one;
    await page.locator('#whole > summary').click();
    await page.locator('#blip').fill('{ "AutomaticClosedTicketIsEnabled": "true", "MaxClientMinutesDowntime": "60", "UseInactivityTags": "true", "InactivityTags": "[\\"Inatividade\\"]" }');
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('What differs from Blip').waitFor();
    assert.equal(await page.locator('#rule-0-close-after').inputValue(), '1');
    assert.equal(await named(page, '/rules/0/close/tags').inputValue(), 'Inatividade');
    quiet(one);
    await one.close();
  });

  test('a rule is written and saved by the keyboard alone', async () => {
    await desk.ask('PUT', POLICY, MANUAL);
    const one = await editor();
    const { page } = one;
    /** Goes on to a field with the tabulator key. */
    const reach = async (selector) => {
      for (let count = 0; count < 600; count += 1) {
        await page.keyboard.press('Tab');
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
      }
      assert.fail(`${selector} was not reached`);
    };
    await reach('#company');
    await page.keyboard.type('Acme');
    await reach('[id="/rules/0/reminders/1/text"]');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('¿Hola?');
    await reach('button[value="review"]');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Changes' }).waitFor();
    await reach('button[value="save"]');
    await page.keyboard.press('Enter');
    await page.waitForURL(/saved=/);
    const saved = await inForce();
    assert.deepEqual([saved.company, saved.rules[0].reminders[1].text], ['Acme', '¿Hola?']);
    quiet(one);
    await one.close();
  });

  for (const [locale, scheme] of [['es-CO', 'light'], ['pt-BR', 'dark'], ['en-US', 'light']]) {
    test(`${locale}, ${scheme}: with all forms open there are no barriers, and on a telephone nothing is cut`, async () => {
      await desk.ask('PUT', POLICY, { ...MANUAL, schedules: { oficina: { open: { 'mon-fri': '09:00-18:00' } } }, replies: [{ departments: 'any', events: { 'call-missed': { text: 'Hola' } } }] });
      const one = await editor({ locale, scheme, width: 360 });
      await unfold(one.page);
      const { passed, violations } = await barriers(one.page);
      assert.deepEqual(violations, []);
      assert.ok(passed > 15, String(passed));
      const wide = await one.page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 360, `${wide} wide`);
      quiet(one);
      await one.close();
    });
  }
});
