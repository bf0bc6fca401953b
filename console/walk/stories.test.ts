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

/** Opens the first title that a search finds. */
async function openFirst(page: Page, search: string): Promise<string> {
  await page.goto(`${server.url}/console/titles`);
  await page.getByRole('searchbox').fill(search);
  await page.waitForURL(/q=/);
  const found = page.getByRole('region', { name: 'Titles' }).getByRole('link').first();
  const name = (await found.textContent()) ?? '';
  await found.click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
  return name;
}

test('somebody finds a title, gives it a note and a name of the library, and sees both and who did it', async () => {
  const page = await openPage(browser);
  const name = await openFirst(page, 'journal');
  await page.getByRole('button', { name: 'Edit' }).click();
  const dialog = page.getByRole('dialog');
  await accessible(page, 'the dialog');
  const hostile = '<img src=x onerror=alert(1)> =1+1';
  await dialog.getByRole('textbox', { name: 'Public note' }).fill(hostile);
  await dialog.getByRole('textbox', { name: 'Title', exact: true }).fill(`${name} (reading room)`);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('heading', { level: 1, name: `${name} (reading room)` }).waitFor();
  await page.getByText(hostile).first().waitFor();
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Title', exact: true }) });
  assert.deepEqual(await row.getByRole('cell').allInnerTexts(), [name, `${name} (reading room)`]);
  assert.ok(await page.getByRole('button', { name: 'Edit' }).evaluate((button) => button === document.activeElement), 'the focus is back at the button');
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('two people edit a title: the second one sees what the first one wrote, and loses nothing', async () => {
  const page = await openPage(browser);
  await openFirst(page, 'oxford');
  const id = page.url().split('/').at(-1);
  await page.getByRole('button', { name: 'Edit' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Internal note' }).fill('mine');
  await server.ask('mutation ($id: ID!) { updatePortfolio(input: { portfolioId: $id, internalNote: "theirs", publicNote: "theirs too" }) { userErrors { message } } }', { id });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Somebody else has changed this title').waitFor();
  await dialog.getByText('Now there: theirs', { exact: true }).waitFor();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  const { portfolio } = await server.ask<{ portfolio: { internalNote: string; publicNote: string } }>('query ($id: ID!) { portfolio(id: $id) { internalNote publicNote } }', { id });
  assert.deepEqual(portfolio, { internalNote: 'mine', publicNote: 'theirs too' });
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('a list that takes half the titles is held, and rejected with a reason', async () => {
  const page = await openPage(browser);
  await server.tellProvider('fault', { kind: 'half', times: 2 });
  await page.goto(`${server.url}/console/profiles`);
  await page.getByRole('button', { name: /^Run now: / }).click();
  await page.getByText('Waits for a person').first().waitFor();
  await page.getByText('Many titles would go').first().waitFor();
  await accessible(page, 'a held run');
  await page.getByRole('link', { name: 'Today' }).click();
  await page.getByRole('list', { name: 'Newest items' }).getByRole('link').first().click(); // held lists stand first
  await page.getByRole('button', { name: 'Decide' }).first().click();
  const dialog = page.getByRole('dialog');
  await accessible(page, 'the decision');
  assert.equal(await dialog.getByRole('checkbox', { name: 'Removals' }).isChecked(), false, 'nothing that takes titles away is chosen beforehand');
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('the provider says it is a mistake');
  await dialog.getByRole('button', { name: 'Reject the list' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Rejected').first().waitFor();
  await page.getByText('the provider says it is a mistake').first().waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('the preview of an undo is there to be looked at before it is done', async () => {
  const page = await openPage(browser);
  const { jobs } = await server.ask<{ jobs: { nodes: { id: string; counts: { added: number } }[] } }>(
    '{ jobs(first: 1, filter: { kind: SYNC, verdict: CHANGED }) { nodes { id counts { added } } } }',
  );
  const run = jobs.nodes[0];
  assert.ok(run);
  await page.goto(`${server.url}/console/runs/${run.id}`);
  await page.getByRole('button', { name: 'Preview of undo' }).click();
  await page.getByText('Only planned: nothing was written.').waitFor();
  await page.getByRole('button', { name: 'Undo now' }).waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('the server goes away and comes back: the page says so, and goes on by itself', async () => {
  const page = await openPage(browser, { away: true });
  await page.goto(`${server.url}/console/titles`);
  await loaded(page);
  await server.down();
  await page.getByRole('searchbox').fill('history');
  await page.getByText('The server cannot be reached').first().waitFor();
  await server.up();
  await page.getByText('The server cannot be reached').first().waitFor({ state: 'detached' });
  await page.getByRole('region', { name: 'Titles' }).getByRole('link').first().waitFor();
  await page.context().close();
});

test('by keyboard alone: from Today to a title, its dialog, and back', async () => {
  const page = await openPage(browser);
  await page.goto(server.url);
  await loaded(page);
  const press = (key: string) => page.keyboard.press(key);
  await press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.textContent?.trim()), 'Skip to the page');
  await tabTo(page, (text) => text === 'Titles');
  await press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Titles' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'main', 'the focus is in the new page');
  await press('Tab');
  await page.keyboard.type('history');
  await page.waitForURL(/q=history/);
  await page.getByRole('region', { name: 'Titles' }).getByRole('link').first().waitFor();
  await tabTo(page, (_, href) => /\/console\/titles\/\w/.test(href));
  await press('Enter');
  await page.getByRole('button', { name: 'Edit' }).waitFor();
  await tabTo(page, (text) => text === 'Edit');
  await press('Enter');
  await page.getByRole('dialog').waitFor();
  await press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Edit');
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

async function tabTo(page: Page, there: (text: string, href: string) => boolean): Promise<void> {
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press('Tab');
    const [text, href] = await page.evaluate(() => {
      const focused = document.activeElement;
      return [focused?.textContent?.trim() ?? '', focused?.getAttribute('href') ?? ''] as const;
    });
    if (there(text, href)) return;
  }
  assert.fail('Tab does not lead there');
}
