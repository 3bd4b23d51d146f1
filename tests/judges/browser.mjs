// What Chromium sees of an email: accessibility as axe judges it, and how it holds in narrow windows. Nothing is fetched: the page is
// given as text, a request for a picture is answered with an empty one, any other is refused and told.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromium } from 'playwright-core';

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-default-apps', '--disable-extensions'];
const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="360" height="120"/>';
const ADDRESS = 'http://email.invalid/';
const NOT_FOR_EMAIL = ['region', 'landmark-one-main', 'bypass']; // a message stands inside the page of a mail program
const executable = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find((file) => file && fs.existsSync(file));
let browser;

export const isPage = (file) => path.basename(file).startsWith('page-');

export async function axe(html, file) {
  const found = new Set();
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [600, 375]) {
      await inPage(html, { width, colorScheme }, async (page) => {
        await page.evaluate(AXE);
        const violations = await page.evaluate(async (off) => {
          const rules = Object.fromEntries(off.map((id) => [id, { enabled: false }]));
          const { violations } = await globalThis.axe.run(document, { rules, resultTypes: ['violations'] });
          return violations.map((one) => `${one.id} at ${one.nodes[0].html.slice(0, 80)}`);
        }, isPage(file) ? [] : NOT_FOR_EMAIL);
        violations.forEach((one) => found.add(`${one} (${width} px, ${colorScheme})`));
      });
    }
  }
  return [...found];
}

export async function reflow(html) {
  const found = [];
  for (const width of [600, 375, 320]) {
    await inPage(html, { width, colorScheme: 'light' }, async (page, asked) => {
      const seen = await page.evaluate(() => {
        const shown = (element) => element.getClientRects().length > 0;
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const sizes = [];
        while (texts.nextNode()) {
          const element = texts.currentNode.parentElement;
          if (texts.currentNode.textContent.trim() && shown(element)) sizes.push(parseFloat(getComputedStyle(element).fontSize));
        }
        return { wide: document.documentElement.scrollWidth, smallest: Math.min(...sizes) };
      });
      if (seen.wide > width) found.push(`${seen.wide - width} px too wide at ${width} px`);
      if (seen.smallest < 14) found.push(`text of ${seen.smallest} px at ${width} px`);
      found.push(...asked.map((address) => `asks for ${address}`));
    });
  }
  return found;
}

export async function closeBrowser() {
  await browser?.close();
}

async function inPage(html, { width, colorScheme }, look) {
  browser ??= await chromium.launch({ executablePath: executable, args: FLAGS });
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  const asked = [];
  await page.route('**/*', (route) => {
    const request = route.request();
    if (request.url() === ADDRESS) return route.fulfill({ contentType: 'text/html; charset=utf-8', body: html });
    if (request.resourceType() === 'image') return route.fulfill({ contentType: 'image/svg+xml', body: PICTURE });
    asked.push(request.url());
    return route.abort();
  });
  await page.goto(ADDRESS);
  await look(page, asked);
  await context.close();
}
