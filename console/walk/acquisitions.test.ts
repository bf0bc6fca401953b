import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { accessible, loaded, openBrowser, openPage } from './browser.js';
import { Server } from './server.js';

let server: Server;
let browser: Browser;
let title = '';

before(async () => {
  server = await Server.start();
  browser = await openBrowser();
  const { portfolios } = await server.ask<{ portfolios: { nodes: { title: string }[] } }>('{ portfolios(first: 1, filter: { publicationType: SERIAL }) { nodes { title } } }');
  title = portfolios.nodes[0]?.title ?? '';
});

after(async () => {
  await browser?.close();
  await server?.end();
});

test('somebody orders a title, and finds the PO line by the title', async () => {
  const page = await openPage(browser);
  await page.goto(`${server.url}/console/acquisitions`);
  await loaded(page);
  await page.getByRole('button', { name: 'New PO line' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Number' }).fill('POL-1');
  await dialog.getByRole('textbox', { name: 'Vendor' }).fill('<b>Harras</b>');
  await dialog.getByRole('textbox', { name: 'Price' }).fill('120.50');
  await dialog.getByRole('textbox', { name: 'Currency' }).fill('GBP');
  await dialog.getByRole('button', { name: /It orders/ }).click();
  await page.getByRole('option', { name: 'A title' }).click();
  await dialog.getByRole('combobox', { name: 'A title' }).fill(title);
  await page.getByRole('option').filter({ hasText: title }).first().click();
  await accessible(page, 'a new PO line');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('searchbox').fill(title);
  await page.waitForURL(/q=/);
  await page.getByRole('link', { name: title }).waitFor();
  await page.getByText('<b>Harras</b> · 120.50 GBP').waitFor();
  await page.getByText('1 PO line', { exact: true }).waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('two people edit a PO line: what only one of them changed stays', async () => {
  const page = await openPage(browser);
  await server.ask('mutation { createPoLine(input: { number: "POL-2", vendor: "Before" }) { userErrors { message } } }');
  await page.goto(`${server.url}/console/acquisitions?q=POL-2`);
  await page.getByRole('button', { name: 'Edit: POL-2' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Vendor' }).fill('Mine');
  const { poLines } = await server.ask<{ poLines: { nodes: { id: string }[] } }>('{ poLines(filter: { number: "POL-2" }) { nodes { id } } }');
  const id = poLines.nodes[0]?.id;
  await server.ask('mutation ($id: ID!) { updatePoLine(input: { poLineId: $id, vendor: "Theirs", fund: "Theirs" }) { userErrors { message } } }', { id });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Somebody else has changed').waitFor();
  await dialog.getByText('Now there: Theirs').first().waitFor();
  await accessible(page, 'a conflict');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  const after = await server.ask<{ poLines: { nodes: unknown[] } }>('{ poLines(filter: { number: "POL-2" }) { nodes { vendor fund } } }');
  assert.deepEqual(after.poLines.nodes, [{ vendor: 'Mine', fund: 'Theirs' }]);
  await page.getByRole('button', { name: 'Edit: POL-2' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByText('This cannot be taken back').waitFor();
  await accessible(page, 'the question');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('No PO line fits.').waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('a license is made and changed', async () => {
  const page = await openPage(browser);
  await page.goto(`${server.url}/console/acquisitions/licenses`);
  await loaded(page);
  await page.getByRole('button', { name: 'New license' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Code' }).fill('LIC-1');
  await dialog.locator('label').filter({ hasText: 'Perpetual access' }).click();
  await dialog.getByLabel('Perpetual from').fill('2001-01-01');
  await accessible(page, 'a new license');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Edit: LIC-1' }).click();
  await dialog.getByRole('textbox', { name: 'Name' }).fill('All journals');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('All journals').waitFor();
  const { licenses } = await server.ask<{ licenses: { nodes: unknown[] } }>('{ licenses { nodes { code name perpetualAccess perpetualFrom } } }');
  assert.deepEqual(licenses.nodes, [{ code: 'LIC-1', name: 'All journals', perpetualAccess: true, perpetualFrom: '2001-01-01' }]);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('a file of PO lines is looked at first, line by line, and then applied', async () => {
  const page = await openPage(browser);
  await page.goto(`${server.url}/console/acquisitions/import`);
  await loaded(page);
  const drop = (text: string | Buffer) =>
    page.locator('input[type=file]').setInputFiles({ name: 'orders.csv', mimeType: 'text/csv', buffer: Buffer.from(text as string) });
  await drop(Buffer.from([0x4f, 0xe9, 0x0a]));
  await page.getByText('is not a text in UTF-8').waitFor();
  await drop('number,vendor,price\nPOL-3,Harras,\n,Nobody,\nPOL-4,Harras,dear\n');
  await page.getByText('Only planned: nothing was written.').waitFor();
  await accessible(page, 'the outcome');
  const rows = page.getByRole('table').getByRole('row');
  assert.deepEqual((await rows.getByRole('cell').allInnerTexts()).filter((_, i) => i % 4 === 2), ['New', 'Refused', 'Refused']);
  const count = async () => (await server.ask<{ poLines: { totalCount: number } }>('{ poLines(filter: { vendor: "Harras" }) { totalCount } }')).poLines.totalCount;
  assert.equal(await count(), 0, 'nothing is written by looking');
  await page.getByRole('button', { name: 'Apply this file' }).click();
  await page.getByText('The file has been applied.').waitFor();
  assert.equal(await count(), 1);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('each reconciliation list opens by its address, and can be had as a table', async () => {
  const page = await openPage(browser);
  for (const list of ['po-lines-not-listed', 'portfolios-without-po-line', 'portfolios-kept-without-reason', 'portfolios-of-closed-orders']) {
    await page.goto(`${server.url}/console/acquisitions/reconciliation?list=${list}`);
    await loaded(page);
    await accessible(page, list);
    const address = await page.getByRole('link', { name: 'Download as a table' }).getAttribute('href');
    const answer = await page.request.get(server.url + address);
    assert.equal(answer.status(), 200, `${address}`);
  }
  await page.goto(`${server.url}/console/acquisitions/reconciliation?list=portfolios-without-po-line`);
  await page.getByText(/ entries$/).waitFor();
  await page.getByRole('button', { name: 'Show more' }).waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});
