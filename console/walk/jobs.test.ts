import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, loaded, openBrowser, openPage } from './browser.js';
import { Server } from './server.js';

let server: Server;
let browser: Browser;

before(async () => {
  server = await Server.start();
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await server?.end();
});

async function choose(page: Page, what: RegExp, option: RegExp): Promise<void> {
  await page.getByRole('button', { name: what }).click();
  await page.getByRole('option', { name: option }).first().click();
}

test('PO lines move from a set of collections to another: search, choose, set, parameters, review, submit', async () => {
  const page = await openPage(browser);
  await page.goto(`${server.url}/console/jobs`);
  await loaded(page);
  await page.getByRole('searchbox').fill('move electronic');
  await page.waitForURL(/q=/);
  await page.getByRole('link', { name: /^Move electronic portfolio information/ }).click();
  await page.getByRole('button', { name: 'New set' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Old books');
  await dialog.locator('label').filter({ hasText: /Books/ }).click();
  await accessible(page, 'a new set');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await choose(page, /Collection to move to/, /Journals/);
  await page.locator('label').filter({ hasText: 'Move PO lines' }).click();
  await page.getByRole('button', { name: 'Review the summary' }).click();
  await page.getByRole('button', { name: 'Submit' }).waitFor();
  await accessible(page, 'the review');
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.waitForURL(/console\/runs\//);
  await page.getByRole('heading', { level: 1, name: 'Move of portfolio information' }).waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('the titles that a search finds get a note, after a preview, and no others', async () => {
  const page = await openPage(browser);
  await page.goto(`${server.url}/console/titles?q=oxford&type=MONOGRAPH`);
  await loaded(page);
  await page.getByRole('link', { name: 'Change these titles' }).click();
  await page.waitForURL(/jobs\/changePortfolios\?.*q=oxford/);
  const { portfolios } = await server.ask<{ portfolios: { totalCount: number } }>('{ portfolios(filter: { search: "oxford", publicationType: MONOGRAPH }) { totalCount } }');
  const n = portfolios.totalCount;
  assert.ok(n > 0);
  await choose(page, /Which titles/, /^Those found/);
  await choose(page, /What to do with them/, /^Change$/);
  await page.getByRole('textbox', { name: 'Public note' }).fill('By name of the library');
  await accessible(page, 'the parameters');
  const noted = async () => {
    const answer = await server.ask<{ portfolios: { totalCount: number } }>('{ portfolios(filter: { search: "By name of the library" }) { totalCount } }');
    return answer.portfolios.totalCount;
  };
  await page.getByRole('button', { name: 'Review the summary' }).click();
  await page.getByRole('button', { name: 'Submit' }).waitFor();
  assert.equal(await noted(), 0, 'a preview writes nothing');
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.waitForURL(/console\/runs\//);
  await page.getByText('Changed', { exact: true }).first().waitFor();
  assert.equal(await noted(), n);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('a profile is synced, with a preview before', async () => {
  const page = await openPage(browser);
  await page.goto(`${server.url}/console/jobs/runProfile`);
  await loaded(page);
  const review = page.getByRole('button', { name: 'Review the summary' });
  assert.ok(await review.isDisabled(), 'without a profile there is nothing to review');
  await page.getByRole('button', { name: /^None Profile|^Profile/ }).click();
  await page.getByRole('option').nth(1).click();
  await review.click();
  await page.getByRole('link', { name: 'Look at each line of the preview' }).waitFor();
  await accessible(page, 'the review');
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.waitForURL(/console\/runs\//);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('a list of a person goes into a local collection, after a preview', async () => {
  const page = await openPage(browser);
  await server.ask('mutation { createCollection(input: { name: "Reading room", content: JOURNALS }) { userErrors { message } } }');
  await page.goto(`${server.url}/console/jobs/importCollection`);
  await loaded(page);
  await choose(page, /Collection/, /Reading room/);
  const list = 'publication_title\tprint_identifier\tonline_identifier\tdate_first_issue_online\ttitle_url\ttitle_id\nOur bulletin\t\t2049-3630\t2001-01-01\thttps://library.example/bulletin\tbulletin\n';
  await page.locator('input[type=file]').setInputFiles({ name: 'room.tsv', mimeType: 'text/plain', buffer: Buffer.from(list) });
  await page.getByText('Uploaded: room.tsv').waitFor();
  await page.getByRole('button', { name: 'Review the summary' }).click();
  await page.getByRole('button', { name: 'Submit' }).waitFor();
  await accessible(page, 'the review');
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.waitForURL(/console\/runs\//);
  await page.getByText('Changed', { exact: true }).first().waitFor();
  const { portfolios } = await server.ask<{ portfolios: { totalCount: number } }>('{ portfolios(filter: { search: "our bulletin" }) { totalCount } }');
  assert.equal(portfolios.totalCount, 1);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});
