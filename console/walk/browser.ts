import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
}

/** A page whose errors fail the test that opened it: what its scripts throw or log, and what its policy forbids. */
export async function openPage(browser: Browser, options: BrowserContextOptions & { away?: boolean } = {}): Promise<Page & { problems: string[] }> {
  const { away, ...rest } = options;
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 850 }, bypassCSP: false, ...rest });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`thrown: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (away && /Failed to load resource|WebSocket/.test(message.text())) return; // the test takes the server away
    problems.push(`logged: ${message.text()}`);
  });
  return Object.assign(page, { problems });
}

/** Nothing that axe finds, by the rules of WCAG 2.2 A and AA and by its good practice. */
export async function accessible(page: Page, where: string): Promise<void> {
  // By the debugger, since the page's policy lets no script in.
  const violations = (await page.evaluate(`(async () => {
    ${axe};
    const found = await axe.run(document, { resultTypes: ['violations'] });
    return found.violations.map((v) => v.id + ': ' + v.help + ' ' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | '));
  })()`)) as string[];
  assert.deepEqual(violations, [], `${where}: axe`);
}

/** The page scrolls in one direction only. */
export async function fits(page: Page, where: string): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(over, 0, `${where}: wider than the window by ${over} pixels`);
}

/** Waits until nothing is being loaded: no text of the page says so. */
export async function loaded(page: Page): Promise<void> {
  await page.locator('h1').waitFor();
  await page.locator('.loading').waitFor({ state: 'detached' });
}
