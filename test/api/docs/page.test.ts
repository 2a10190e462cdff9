import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import * as z from 'zod/mini';
import { localClient } from '../../support/api-driver/client.ts';
import { launchChromium, missingChromium } from '../../support/services/chromium.ts';

if (missingChromium !== undefined) process.stderr.write(`skipped: ${missingChromium}\n`);

const made = z.object({ id: z.uuid() });
const order = z.object({ id: z.uuid(), customer_id: z.uuid(), status: z.string() });

/** Opens the block of an operation on the page. */
async function blockOf(page: Page, tag: string, operation: string) {
  const block = page.locator(`#operations-${tag}-${operation}`);
  await block.waitFor();
  if ((await block.locator('.execute').count()) === 0) await block.locator('.opblock-summary-control').click();
  await block.locator('.execute').waitFor();
  return block;
}

/** Fills in an operation, clicks Execute and returns the response that the page shows. */
async function execute(
  page: Page,
  [tag, operation]: readonly [string, string],
  { body, id }: { body?: unknown; id?: string } = {},
): Promise<{ status: number; body: unknown }> {
  const block = await blockOf(page, tag, operation);
  if (body !== undefined) await block.locator('textarea.body-param__text').fill(JSON.stringify(body));
  if (id !== undefined) await block.locator('tr[data-param-in="path"] input').fill(id);
  const received = page.waitForResponse((response) => response.request().resourceType() === 'fetch');
  await block.locator('.execute').click();
  await received;
  const live = block.locator('.live-responses-table tbody tr').first();
  await live.locator('.response-col_description .highlight-code').first().waitFor();
  const status = Number.parseInt((await live.locator('.response-col_status').textContent()) ?? '', 10);
  const text = await live.locator('.response-col_description .highlight-code pre').first().textContent();
  return { status, body: JSON.parse(text ?? '') };
}

describe.skipIf(missingChromium !== undefined)('GET /docs in a browser', () => {
  let browser: Browser;
  let page: Page;
  let errors: string[];

  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser.close());

  beforeEach(async () => {
    errors = [];
    page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    // The console reports violations of the content security policy and failed scripts.
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(inject('localUrl')) && !request.url().startsWith('data:'))
        errors.push(`request to another origin: ${request.url()}`);
    });
    await page.goto(`${inject('localUrl')}/docs`);
  });
  afterEach(() => page.close());

  it('sends requests from registration to a confirmed order', async () => {
    const account = { email: `${randomUUID()}@example.com`, password: 'correct horse battery' };
    const registered = await execute(page, ['auth', 'register'], { body: { ...account, role: 'ADMIN' } });
    expect(registered.status).toBe(201);
    // From here on the page sends the token in this response.
    expect((await execute(page, ['auth', 'login'], { body: account })).status).toBe(200);
    const product = await execute(page, ['product', 'createProduct'], {
      body: { name: 'Blue shirt', stock: 5, price: 1_999 },
    });
    expect(product.status).toBe(201);

    const items = [{ id: made.parse(product.body).id, quantity: 2 }];
    const placed = await execute(page, ['order', 'submitOrder'], { body: { items } });
    expect(placed.status).toBe(202);
    const { id } = order.parse(placed.body);
    await expect
      .poll(async () => order.parse((await execute(page, ['order', 'getOrder'], { id })).body).status, {
        timeout: 30_000,
      })
      .toBe('CONFIRMED');
    expect(errors).toEqual([]);
  }, 180_000);

  it('sends the token entered in its dialog', async () => {
    const created = await localClient().post('/customer/add', { username: 'Ada' });
    const guest = z.object({ id: z.uuid(), access_token: z.string() }).parse(created.body);
    await page.locator('button.authorize').first().click();
    await page.getByLabel('auth-bearer-value').fill(guest.access_token);
    await page.locator('.modal-ux button.authorize').first().click();
    await page.locator('.close-modal').first().click();
    const cart = await execute(page, ['cart', 'getCart'], { id: guest.id });
    expect(cart).toMatchObject({ status: 200, body: { customer_id: guest.id, lines: [] } });
    expect(errors).toEqual([]);
  });

  it('cannot run inline scripts or send requests to another origin', async () => {
    // A string, because it runs in the page.
    const script = page.evaluate(`new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.violatedDirective));
      const element = document.createElement('script');
      element.textContent = 'globalThis.injected = true';
      document.body.append(element);
    })`);
    expect(await script).toContain('script-src');
    const elsewhere = page.evaluate(`fetch('https://example.com').then(() => 'sent', () => 'blocked')`);
    expect(await elsewhere).toBe('blocked');
  });
});
