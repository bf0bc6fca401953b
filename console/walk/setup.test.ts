import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { accessible, openBrowser, openPage } from './browser.js';
import { Server } from './server.js';

let server: Server;
let browser: Browser;

before(async () => {
  server = await Server.startEmpty();
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await server?.end();
});

test('from nothing to the first synced collection', async () => {
  const page = await openPage(browser);
  await page.goto(server.url);
  await page.getByRole('link', { name: 'Set up' }).click();
  const next = () => page.getByRole('button', { name: 'Next' }).click();

  await page.getByRole('textbox', { name: 'Customer number' }).fill('demo');
  await page.getByLabel('API key').fill('wrong-key');
  await page.getByRole('button', { name: 'Test' }).click();
  await page.getByText('does not work').first().waitFor();
  await page.getByLabel('API key').fill('demo-key');
  await page.getByRole('button', { name: 'Test' }).click();
  await page.getByText('works', { exact: true }).first().waitFor();
  await accessible(page, 'credentials');
  await next();

  assert.equal(await page.getByRole('checkbox', { name: /Oxford University Press .* Autoholdings Collection/ }).count(), 2);
  await accessible(page, 'collections');
  await next();

  await page.getByText(/^It runs every Monday at 03:00/).waitFor();
  await accessible(page, 'schedule');
  await next();

  await accessible(page, 'groups');
  await page.getByRole('button', { name: 'On to the preview' }).click();
  await page.getByRole('button', { name: 'Preview the first run' }).click();
  await page.getByText('titles would be added').first().waitFor();
  await accessible(page, 'preview');
  const { portfolios, profiles } = await server.ask<{ portfolios: { totalCount: number }; profiles: { nodes: { active: boolean }[] } }>(
    '{ portfolios { totalCount } profiles { nodes { active } } }',
  );
  assert.deepEqual([portfolios.totalCount, profiles.nodes], [0, [{ active: false }]], 'nothing has happened before it is saved');

  await page.getByRole('button', { name: 'Save and run now' }).click();
  await page.getByText(/\d titles added/).first().waitFor();
  await page.getByRole('link', { name: 'Titles', exact: true }).click();
  await page.getByRole('region', { name: 'Titles' }).getByRole('link').first().waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('two people edit a collection: what only one of them changed stays', async () => {
  const page = await openPage(browser);
  await page.goto(`${server.url}/console/collections`);
  await page.getByRole('button', { name: /^Edit: .*Journals/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Our journals');
  const { collections } = await server.ask<{ collections: { nodes: { id: string; content: string }[] } }>('{ collections { nodes { id content } } }');
  const id = collections.nodes.find((collection) => collection.content === 'JOURNALS')?.id;
  await server.ask('mutation ($id: ID!) { updateCollection(input: { collectionId: $id, perpetualAccess: true }) { userErrors { message } } }', { id });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Somebody else has changed').waitFor();
  await accessible(page, 'a conflict');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  const { collection } = await server.ask<{ collection: unknown }>('query ($id: ID!) { collection(id: $id) { name perpetualAccess } }', { id });
  assert.deepEqual(collection, { name: 'Our journals', perpetualAccess: true });
  assert.deepEqual(page.problems, []);
  await page.context().close();
});
