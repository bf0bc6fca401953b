import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
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

test('the library gets its name, a second campus and a group; the audit has all of it', async () => {
  const page = await openPage(browser);
  await page.goto(`${server.url}/console/settings`);
  await loaded(page);
  await page.getByRole('textbox', { name: 'Name of the library' }).fill('Library of Testing');
  await page.locator('label').filter({ hasText: 'Several campuses' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'New group' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('North');
  await accessible(page, 'a new group');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Edit: North' }).click();
  await dialog.getByRole('textbox', { name: 'Description' }).fill('Mine');
  const { settings, inventoryGroups } = await server.ask<{ settings: unknown; inventoryGroups: { nodes: { id: string }[] } }>(
    '{ settings { institutionName multiCampusInventoryManagement } inventoryGroups { nodes { id } } }',
  );
  assert.deepEqual(settings, { institutionName: 'Library of Testing', multiCampusInventoryManagement: true });
  const id = inventoryGroups.nodes[0]?.id;
  await server.ask('mutation ($id: ID!) { updateInventoryGroup(input: { inventoryGroupId: $id, name: "Far North" }) { userErrors { message } } }', { id });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Now there: Far North').waitFor();
  await accessible(page, 'a conflict');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  const now = await server.ask<{ inventoryGroups: { nodes: unknown[] } }>('{ inventoryGroups { nodes { name description } } }');
  assert.deepEqual(now.inventoryGroups.nodes, [{ name: 'Far North', description: 'Mine' }]);

  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByText('createInventoryGroup', { exact: true }).waitFor();
  await page.getByRole('searchbox').fill('updateSettings');
  await page.getByText('createInventoryGroup', { exact: true }).waitFor({ state: 'detached' });
  await page.getByText('updateSettings', { exact: true }).waitFor();
  await accessible(page, 'the audit');
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('a token is made: its secret is shown once; and it is revoked', async () => {
  const page = await openPage(browser);
  await page.goto(`${server.url}/console/settings/tokens`);
  await loaded(page);
  await page.getByRole('button', { name: 'New token' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'What it is for' }).fill('reporting');
  await accessible(page, 'a new token');
  await dialog.getByRole('button', { name: 'Save' }).click();
  const secret = await dialog.getByRole('textbox', { name: 'Secret' }).inputValue();
  assert.match(secret, /\S{20}/);
  await accessible(page, 'the secret');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.ok(!(await page.content()).includes(secret), 'the secret is gone from the page');
  await page.getByRole('button', { name: 'Revoke: reporting' }).click();
  await page.getByText('Programs that use it are shut out').waitFor();
  await page.getByRole('button', { name: 'Revoke', exact: true }).click();
  await page.getByText('revoked', { exact: true }).waitFor();
  const { accessTokens } = await server.ask<{ accessTokens: { nodes: { scopes: string[]; revokedAt: string | null }[] } }>('{ accessTokens { nodes { scopes revokedAt } } }');
  assert.deepEqual(accessTokens.nodes.map((token) => [token.scopes, token.revokedAt !== null]), [[['READ'], true]]);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('a person is added, may do more, is kept out, and is removed', async () => {
  const page = await openPage(browser);
  await page.goto(`${server.url}/console/settings/people`);
  await loaded(page);
  await page.getByRole('button', { name: 'New person' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Ada');
  await dialog.getByLabel('Password').fill('short');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByRole('alert').waitFor();
  await dialog.getByLabel('Password').fill('long enough, surely');
  await accessible(page, 'a new person');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Edit: Ada' }).click();
  await dialog.locator('label').filter({ hasText: 'Run jobs' }).click();
  await dialog.locator('label').filter({ hasText: 'Keep out' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('See, Run jobs').waitFor();
  await page.getByText('kept out', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Edit: Ada' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Nobody has been added.').waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});
