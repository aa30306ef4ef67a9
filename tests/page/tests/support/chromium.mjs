// A browser, if the machine has one, with a page that says what it did.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const { source: AXE } = createRequire(import.meta.url)('axe-core');

/** Why the tests are left out, if they are. */
export const left = () => {
  if (existsSync(CHROMIUM)) return false;
  const problem = `there is no Chromium at ${CHROMIUM}; name another in CHROMIUM`;
  if (process.env.CI) throw new Error(`${problem}. With CI set, the tests in a browser must run`);
  return problem;
};

export const launch = () => chromium.launch({ executablePath: CHROMIUM, headless: true, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] });

/** A person at a browser; `heard` has what pages complained about, `asked` what they loaded that is not their own. */
export async function person(browser, isOwn, { width = 1200, scheme = 'light', script = true, locale = 'en-US' } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, javaScriptEnabled: script, locale });
  const page = await context.newPage();
  const heard = [];
  const asked = [];
  page.on('console', (message) => heard.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => heard.push(String(error)));
  page.on('dialog', (dialog) => (heard.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on('request', (request) => isOwn(request.url()) || asked.push(request.url()));
  return { page, context, heard, asked, close: () => context.close() };
}

/** Opens a file, which loads nothing beside itself. */
export async function open(browser, file, options) {
  const address = pathToFileURL(file).href;
  const opened = await person(browser, (url) => url === address, options);
  await opened.page.goto(address);
  return opened;
}

/** What axe finds against WCAG 2.2 AA and its best practices: a line each, with the places. */
export async function barriers(page) {
  // A page's own policy lets in no script of ours: the browser's own door is used.
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations', 'passes'] }));
  return { passed: passes.length, violations: violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message ?? ''}`).join('; ')}`) };
}

/** Where the tabulator key leads, from the top until it leaves the page. */
export async function tabbed(page, most = 2_000) {
  const reached = [];
  for (let count = 0; count < most; count += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      element.dataset.reached = 'yes';
      return { name: element.tagName, ring: outlineStyle !== 'none' && parseFloat(outlineWidth) > 0 };
    });
    if (!at) break;
    reached.push(at);
  }
  return reached;
}

/** A picture of the page, where somebody asks for pictures. */
export async function picture(page, name) {
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true });
}
