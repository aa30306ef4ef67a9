// A browser, if there is one on this machine.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What `test` is told: whether to leave a test in a browser out, and why. */
export const browserTests = () => {
  if (existsSync(CHROMIUM)) return {};
  const problem = `there is no Chromium at ${CHROMIUM}; name another in CHROMIUM`;
  if (process.env.CI) throw new Error(`${problem}. With CI set, the tests in a browser must run`);
  return { skip: problem };
};

export const launch = () => chromium.launch({ executablePath: CHROMIUM, headless: true, args: ARGS });

/** Collects what a page complains about. */
export function complaints(page) {
  const heard = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) heard.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => heard.push(String(error)));
  return heard;
}

/** A picture of the page, where somebody asks for pictures. */
export async function picture(page, name) {
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}.png` });
}
