// The pages of `backtest --html`, `explain --html` and `report --html` in a browser.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { barriers, launch, left, open, picture, tabbed } from './support/chromium.mjs';
import { despertador, repository, uglyHistory, uglyJournal } from './support/command.mjs';

const LANGUAGES = ['es', 'pt', 'en'];
const SCHEMES = ['light', 'dark'];
const HEADINGS = {
  es: ['Prueba con conversaciones pasadas', 'Cuánto tardan los clientes en responder', 'Cierres antes de tiempo'],
  pt: ['Teste com conversas passadas', 'Quanto tempo os clientes levam para responder', 'Encerramentos antes da hora'],
  en: ['Backtest', 'How long customers take to answer', 'Premature closes'],
};
const QUICK = {
  version: '<i>1</i>',
  rules: [
    { name: '<script>alert(1)</script>', departments: ['soporte', '</title><b>'], 'close-after': '15 min', reminders: [10, 1, 3].map((minutes) => ({ after: `${minutes} min`, text: '¿Sigues ahí?' })) },
    { name: 'Los demás', departments: 'any', 'close-after': '20 min', reminders: [{ after: '12 min', text: '¿Sigues ahí?' }] },
  ],
};

describe('pages', { skip: left(), timeout: 300_000 }, () => {
  let folder;
  let browser;
  const path = (name) => join(folder, name);
  const backtest = (events, html, ...more) => despertador(folder, 'backtest', '--events', events, '--policy', 'quick.json', '--policy', 'paciente.json', '--html', html, ...more);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pages-'));
    await cp(join(repository, 'tests/cli/files'), folder, { recursive: true });
    await writeFile(path('quick.json'), JSON.stringify(QUICK));
    await writeFile(path('ugly.csv'), uglyHistory(3_000));
    await writeFile(path('ugly.ndjson'), uglyJournal(600));
    for (const language of LANGUAGES) {
      await backtest('ugly.csv', `backtest-${language}.html`, '--language', language, '--utc-offset', '-03:00');
      await despertador(folder, 'report', 'ugly.ndjson', '--since', '2026-03-01T03:00:00Z', '--until', '2026-04-01T03:00:00Z', '--html', `report-${language}.html`, '--language', language, '--utc-offset', '-03:00');
      await despertador(folder, 'explain', '--policy', 'soporte.json', '--log', 'log.jsonl', '--ticket', '4711', '--at', '2026-03-02T09:10:20Z', '--language', language, '--utc-offset', '-03:00', '--html', `explain-${language}.html`, '--svg', `explain-${language}.svg`);
    }
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  for (const language of LANGUAGES) {
    test(`the backtest is drawn and says so in ${language}`, async () => {
      const { page, heard, asked, close } = await open(browser, path(`backtest-${language}.html`));
      assert.equal(await page.getAttribute('html', 'lang'), language);
      const headings = await page.locator('h1, h2').allTextContents();
      for (const heading of HEADINGS[language]) assert.ok(headings.includes(heading), `${heading} in ${headings}`);

      const charts = await page.locator('svg.chart').evaluateAll((all) => all.map((svg) => {
        const { width, height } = svg.getBoundingClientRect();
        const curve = svg.querySelector('polyline.all, polyline.own').getBoundingClientRect();
        return { width, height, steps: svg.querySelectorAll('.f.step').length, curve: curve.width * curve.height, texts: svg.querySelectorAll('text').length, words: svg.querySelector('desc').textContent.length };
      }));
      // One for all, and one for each of the five departments, of two kinds.
      assert.equal(charts.length, 12);
      for (const chart of charts) {
        assert.ok(chart.width > 300 && chart.height > 200, JSON.stringify(chart));
        assert.ok(chart.steps >= 4 && chart.curve > 1_000 && chart.texts > 8 && chart.words > 50, JSON.stringify(chart));
      }

      await page.locator('details').evaluateAll((all) => all.forEach((one) => { one.open = true; }));
      const timelines = await page.locator('svg.timeline').evaluateAll((all) => all.map((svg) => {
        const { width, height } = svg.getBoundingClientRect();
        return { width, height, closes: svg.querySelectorAll('.close').length, back: svg.querySelectorAll('.back').length, window: svg.querySelectorAll('.window').length };
      }));
      assert.ok(timelines.length >= 12, `${timelines.length} timelines`);
      for (const one of timelines) {
        assert.ok(one.width > 300 && one.height > 150, JSON.stringify(one));
        assert.deepEqual([one.closes, one.back, one.window], [1, 1, 1]);
      }
      await picture(page, `backtest-${language}`);
      assert.deepEqual(heard, []);
      assert.deepEqual(asked, []);
      await close();
    });
  }

  for (const language of LANGUAGES) {
    test(`a desk's report is drawn and says so in ${language}`, async () => {
      const { page, heard, asked, close } = await open(browser, path(`report-${language}.html`));
      assert.equal(await page.getAttribute('html', 'lang'), language);
      assert.equal(await page.title(), { es: 'Informe de conversaciones', pt: 'Relatório de conversas', en: 'Report on conversations' }[language]);
      const charts = await page.locator('svg.chart').evaluateAll((all) => all.map((svg) => {
        const { width, height } = svg.getBoundingClientRect();
        const bars = [...svg.querySelectorAll('rect.f.step')].map((bar) => bar.getBoundingClientRect());
        return { width, height, bars: bars.length, area: bars.reduce((sum, bar) => sum + bar.width * bar.height, 0), colours: new Set([...svg.querySelectorAll('rect.f.step')].map((bar) => getComputedStyle(bar).fill)).size };
      }));
      assert.equal(charts.length, 2);
      const [days, reminders] = charts;
      // Every way to close has its colour, and its name with a mark.
      assert.ok(days.width > 300 && days.height > 200 && days.bars > 60 && days.area > 5_000 && days.colours === 6, JSON.stringify(days));
      assert.ok(reminders.bars === 1 && reminders.area > 1_000, JSON.stringify(reminders));
      // What is drawn is what the table says.
      const sums = await page.locator('#days tbody td').evaluateAll((cells) => cells.reduce((sum, cell) => sum + Number(cell.dataset.key), 0));
      const closes = await page.locator('#summary tr.key td').first().textContent();
      assert.equal(sums, Number(closes.replace(/\D/g, '')));
      assert.equal(await page.locator('script').count(), 1);
      assert.equal(await page.locator('img, b, i, u, s').count(), 0);
      const rows = page.locator('#closed tbody tr');
      assert.equal(await rows.count(), 200);
      assert.ok((await rows.first().textContent()).includes('</td><i>Ana'));
      await picture(page, `report-${language}`);
      assert.deepEqual([...heard, ...asked], []);
      await close();
    });
  }

  test('a report on nothing has a page too', async () => {
    await despertador(folder, 'report', 'ugly.ndjson', '--since', '2030-03-01T00:00:00Z', '--until', '2030-04-01T00:00:00Z', '--html', 'nothing.html', '--language', 'en');
    const { page, heard, close } = await open(browser, path('nothing.html'));
    assert.match(await page.locator('#days').textContent(), /No ticket was closed/);
    assert.deepEqual(heard, []);
    await close();
  });

  test('what stands in files is shown and never becomes markup', async () => {
    const { page, heard, close } = await open(browser, path('backtest-en.html'));
    assert.equal(await page.locator('script').count(), 1);
    assert.equal(await page.locator('img, b, i').count(), 0);
    assert.equal(await page.title(), 'Backtest');
    const departments = await page.locator('#departments tbody th').allTextContents();
    assert.ok(departments.includes('<script>document.title="taken"</script>') && departments.includes('</title><b>') && departments.includes('תמיכה & דעם "عربي"'), departments.join());
    assert.match(await page.locator('#policies').textContent(), /<script>alert\(1\)<\/script>/);
    assert.match(await page.locator('#coverage').textContent(), /`<yesterday>` is no time/);
    assert.deepEqual(heard, []);
    await close();
  });

  test('a page that does become markup is kept from doing anything', async () => {
    const page = await readFile(path('backtest-en.html'), 'utf8');
    const evil = page.replace('<footer>', '<script>document.title="taken"</script><img src="http://127.0.0.1:9/x.png" onerror="document.title=1"><p style="color:red">!</p><footer>');
    await writeFile(path('evil.html'), evil);
    const opened = await open(browser, path('evil.html'));
    assert.equal(await opened.page.title(), 'Backtest');
    assert.equal(opened.heard.filter((line) => line.includes('Content Security Policy')).length, 4, opened.heard.join('\n'));
    await opened.close();
  });

  for (const name of ['backtest', 'explain', 'report']) {
    for (const language of LANGUAGES) {
      test(`${name} in ${language} fits a telephone`, async () => {
        const { page, close } = await open(browser, path(`${name}-${language}.html`), { width: 360 });
        await page.locator('details').evaluateAll((all) => all.forEach((one) => { one.open = true; }));
        const { wide, over } = await page.evaluate(() => ({
          wide: document.documentElement.scrollWidth,
          over: [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.wide, svg')).map((one) => one.outerHTML.slice(0, 80)),
        }));
        assert.deepEqual({ wide, over }, { wide: 360, over: [] });
        // Letters of charts and timelines can still be read.
        const smallest = await page.locator('svg text').evaluateAll((all) => Math.min(...all.map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)));
        assert.ok(smallest >= 9, `${smallest} px`);
        await picture(page, `${name}-${language}-telephone`);
        await close();
      });
    }
    for (const scheme of SCHEMES) {
      test(`${name} has no barriers that axe knows of, ${scheme}`, async () => {
        const { page, close } = await open(browser, path(`${name}-es.html`), { scheme });
        await page.locator('details').evaluateAll((all) => all.forEach((one) => { one.open = true; }));
        const { violations, passed } = await barriers(page);
        assert.deepEqual(violations, []);
        assert.ok(passed > 20, `${passed} rules looked at`);
        await picture(page, `${name}-${scheme}`);
        await close();
      });
    }
    test(`the keyboard reaches everything of ${name}, and shows where it is`, async () => {
      const { page, close } = await open(browser, path(`${name}-en.html`));
      const reached = await tabbed(page);
      assert.ok(reached.length >= 2, `${reached.length} stops`);
      assert.deepEqual(reached.filter((one) => !one.ring), []);
      const missed = await page.evaluate(() => [...document.querySelectorAll('a, button, input, summary, [tabindex="0"]')].filter((one) => !one.dataset.reached).map((one) => one.outerHTML.slice(0, 80)));
      assert.deepEqual(missed, []);
      await close();
    });
  }

  test('headings go down a step at a time, and tables say what their cells are', async () => {
    for (const name of ['backtest-en.html', 'explain-en.html', 'report-en.html']) {
      const { page, close } = await open(browser, path(name));
      const levels = await page.locator('h1, h2, h3, h4').evaluateAll((all) => all.map((one) => Number(one.tagName[1])));
      assert.equal(levels.filter((level) => level === 1).length, 1);
      levels.reduce((before, level) => (assert.ok(level <= before + 1, `${levels}`), level), 0);
      const poor = await page.locator('table').evaluateAll((all) => all.filter((table) => !table.caption || table.querySelector('th:not([scope])') || !table.querySelector('th')).map((table) => table.outerHTML.slice(0, 120)));
      assert.deepEqual(poor, []);
      const silent = await page.locator('svg').evaluateAll((all) => all.filter((svg) => svg.getAttribute('role') !== 'img' || !svg.querySelector('title')?.textContent || !svg.querySelector('desc')?.textContent).length);
      assert.equal(silent, 0);
      await close();
    }
  });

  test('tables are sorted and filtered, and a link opens a timeline', async () => {
    const { page, heard, close } = await open(browser, path('backtest-en.html'));
    const column = () => page.locator('#departments tbody td:nth-child(2)').evaluateAll((cells) => cells.map((cell) => Number(cell.dataset.key)));
    const head = page.locator('#departments thead th button').nth(1);
    await head.click();
    const up = await column();
    assert.deepEqual(up, [...up].sort((one, other) => one - other));
    await head.press('Enter');
    assert.deepEqual(await column(), up.toReversed());
    assert.equal(await page.locator('#departments th[aria-sort]').getAttribute('aria-sort'), 'descending');

    const rows = page.locator('#premature table').first().locator('tbody tr');
    const all = await rows.count();
    await page.locator('#premature input').first().fill('soporte');
    const shown = await rows.filter({ visible: true }).allTextContents();
    assert.ok(shown.length > 0 && shown.length < all, `${shown.length} of ${all}`);
    assert.ok(shown.every((row) => row.includes('soporte')));
    await page.locator('#premature input').first().fill('');
    const timeline = page.locator('#t0-0 svg');
    assert.equal(await timeline.isVisible(), false);
    await page.locator('#premature a[href="#t0-0"]').click();
    await timeline.waitFor({ state: 'visible' });
    assert.deepEqual(heard, []);
    await close();
  });

  test('without script everything is there to be read', async () => {
    const { page, close } = await open(browser, path('backtest-en.html'), { script: false });
    assert.equal(await page.locator('button, input').count(), 0);
    await page.locator('summary').first().click();
    assert.ok(await page.locator('svg.timeline').first().isVisible());
    assert.ok(await page.locator('svg.chart').first().isVisible());
    await close();
  });

  test('it prints, with the timelines open', async () => {
    const { page, close } = await open(browser, path('backtest-en.html'));
    const open_ = () => page.locator('details[open]').count();
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    assert.equal(await open_(), await page.locator('details').count());
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    assert.equal(await page.locator('nav').isVisible(), false);
    // Paper is white, also for those whose screen is dark.
    const [ink, paper] = await page.evaluate(() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor].map((color) => color.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)));
    assert.ok(ink < 150 && paper > 700, `${ink} on ${paper}`);
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    assert.equal(await open_(), 0);
    await close();
  });

  test('the picture stands alone, light and dark', async () => {
    for (const language of LANGUAGES) {
      const svg = path(`explain-${language}.svg`);
      const grounds = [];
      for (const scheme of SCHEMES) {
        const { page, heard, asked, close } = await open(browser, svg, { scheme });
        // What is no XML is no picture.
        assert.equal(await page.evaluate(() => document.documentElement.nodeName), 'svg');
        assert.equal(await page.evaluate(() => document.documentElement.getAttribute('lang')), language);
        grounds.push(await page.evaluate(() => getComputedStyle(document.querySelector('.paper')).fill));
        const texts = await page.locator('text').allTextContents();
        assert.ok(texts.includes('UTC-03:00') && texts.includes('06:10:20') && texts.some((text) => text.includes('4711')), texts.join());
        assert.deepEqual([...heard, ...asked], []);
        await close();
      }
      assert.notEqual(grounds[0], grounds[1]);
    }
  });

  test('small and empty histories have a page too', async () => {
    await writeFile(path('one.csv'), 'ticket,author,at\nonly,customer,2026-03-02T23:59:00Z\n');
    for (const events of ['one.csv', 'messages.csv']) {
      const columns = events === 'messages.csv' ? ['--columns', 'ticket=conversation,author=sender,at=created,department=team,message=id'] : [];
      await backtest(events, 'small.html', '--language', 'en', ...columns);
      const { page, heard, close } = await open(browser, path('small.html'), { width: 360 });
      assert.equal(await page.locator('svg.chart').count(), 2, 'too few silences for departments');
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
      assert.match(await page.locator('#premature').textContent(), /None\./);
      assert.doesNotMatch(await page.locator('body').innerText(), /NaN|inf|undefined/);
      assert.deepEqual((await barriers(page)).violations, []);
      assert.deepEqual(heard, []);
      await close();
    }
  });

  test('a page of thousands of conversations stays small', async () => {
    const { size } = await stat(path('backtest-es.html'));
    assert.ok(size < 2_000_000, `${size} bytes`);
  });
});
