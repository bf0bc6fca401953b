import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { accessible, fits, loaded, openBrowser, openPage } from './browser.js';
import { Server } from './server.js';

let server: Server;
let browser: Browser;
const paths: Record<string, string> = {};

before(async () => {
  server = await Server.start();
  browser = await openBrowser();
  const { portfolios, jobs } = await server.ask<{ portfolios: { nodes: { id: string }[] }; jobs: { nodes: { id: string }[] } }>(
    '{ portfolios(first: 1, filter: { publicationType: SERIAL }) { nodes { id } } jobs(first: 1, filter: { kind: SYNC }) { nodes { id } } }',
  );
  Object.assign(paths, {
    today: '/',
    titles: '/console/titles',
    'titles found': '/console/titles?q=oxford&type=SERIAL',
    'titles not found': '/console/titles?q=thereisnosuchword',
    title: `/console/titles/${portfolios.nodes[0]?.id}`,
    runs: '/console/runs',
    run: `/console/runs/${jobs.nodes[0]?.id}`,
    collections: '/console/collections',
    'set up': '/console/setup',
    profiles: '/console/profiles',
    schedules: '/console/schedules',
    'PO lines': '/console/acquisitions',
    licenses: '/console/acquisitions/licenses',
    import: '/console/acquisitions/import',
    reconciliation: '/console/acquisitions/reconciliation?list=portfolios-without-po-line',
    jobs: '/console/jobs',
    'a job': '/console/jobs/movePortfolioInformation',
    'a change of titles': '/console/jobs/changePortfolios?q=oxford',
    settings: '/console/settings',
    people: '/console/settings/people',
    tokens: '/console/settings/tokens',
    audit: '/console/settings/audit',
    nothing: '/console/nothing',
    'nothing by its id': '/console/titles/nothing',
  });
});

after(async () => {
  await browser?.close();
  await server?.end();
});

const looks = {
  'light': { colorScheme: 'light' },
  'dark': { colorScheme: 'dark' },
  'narrow': { viewport: { width: 360, height: 640 } },
  'as at 200 %': { viewport: { width: 640, height: 425 } },
  'German': { locale: 'de-DE' },
} as const;

for (const [look, options] of Object.entries(looks)) {
  test(`each page is accessible and fits, ${look}`, async () => {
    const page = await openPage(browser, options);
    for (const [name, path] of Object.entries(paths)) {
      await page.goto(server.url + path);
      await loaded(page);
      await page.waitForLoadState('networkidle');
      await accessible(page, name);
      await fits(page, name);
    }
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
}

test('the first load is small, and nothing comes from elsewhere', async () => {
  const page = await openPage(browser);
  let bytes = 0;
  const foreign: string[] = [];
  page.on('response', async (response) => {
    if (!response.url().startsWith(server.url)) foreign.push(response.url());
    const sizes = await response.request().sizes();
    bytes += sizes.responseBodySize + sizes.responseHeadersSize;
  });
  const began = performance.now();
  await page.goto(server.url);
  await loaded(page);
  const took = performance.now() - began;
  await page.waitForLoadState('networkidle');
  console.log(`first load: ${Math.round(bytes / 1024)} KB, ${Math.round(took)} ms`);
  assert.deepEqual(foreign, []);
  assert.ok(bytes < 250 * 1024, `${bytes} bytes`);
  await page.context().close();
});
