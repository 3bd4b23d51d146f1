// The whole story of a communications officer in a real browser: by mouse, by keyboard alone, and two people at once. One line a
// step; ends with 1 at the first that fails. node story.mjs [--shots FOLDER] [--pictures FOLDER]
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { alone } from './alone.mjs';
import { keyboard, mouse } from './hands.mjs';
import { newsletter } from './newsletter.mjs';
import { ACCOUNTS, together } from './together.mjs';

const { chromium } = createRequire(new URL('../judges/package.json', import.meta.url))('playwright-core');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-default-apps', '--disable-extensions'];
const executable = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find((file) => file && fs.existsSync(file));
const { values: options } = parseArgs({ options: { shots: { type: 'string' }, pictures: { type: 'string' } } });
const shots = options.shots ?? fs.mkdtempSync(path.join(os.tmpdir(), 'digest-shots-'));
fs.mkdirSync(shots, { recursive: true });

const AROUND = 12;
const RUNS = [
  { name: 'mouse', hands: mouse, viewport: { width: 1280, height: 900 }, pictures: options.pictures },
  { name: 'keyboard', hands: keyboard, viewport: { width: 375, height: 800 } },
  { name: 'two', viewport: { width: 1280, height: 900 }, people: Object.keys(ACCOUNTS) },
];
const browser = await chromium.launch({ executablePath: executable, args: FLAGS });
console.log(`Screenshots: ${shots}`);
for (const run of RUNS) if (process.exitCode !== 1) await tell(run);
await browser.close();

async function tell({ name, hands, viewport, people = [''], pictures }) {
  const letter = await newsletter();
  const complaints = [];
  const pages = [];
  try {
    for (const person of people) {
      const context = await browser.newContext({ viewport, locale: 'fr-FR', colorScheme: 'light', reducedMotion: 'reduce' });
      pages.push(await context.newPage());
      pages.at(-1).on('pageerror', (error) => complaints.push(`${person} ${error.message}`));
    }
    const step = stepsOf(name, pages, complaints);
    if (hands) {
      const address = await letter.open();
      await alone(letter, address, pages[0], hands(pages[0]), { step, picture: pictureOf(pages[0], pictures) });
    } else {
      const address = await letter.open(await letter.forTeam(ACCOUNTS));
      await together(letter, address, pages, { step });
    }
  } catch (error) {
    process.exitCode = 1;
    console.log(`${name}  FAILED: ${error.stack}`);
    for (const [at, page] of pages.entries()) {
      const file = path.join(shots, `${name}-failed-${at}.png`);
      await page.screenshot({ path: file });
      console.log(`  ${page.url().replace(/token=.*/, 'token=…')}: ${file}`);
    }
  } finally {
    for (const page of pages) await page.context().close();
    await letter.close();
  }
}

function stepsOf(name, pages, complaints) {
  let number = 0;
  return async (what, ...seen) => {
    if (complaints.length) throw new Error(`the browser complains: ${complaints.join('; ')}`);
    number += 1;
    for (const [at, page] of (seen.length ? seen : pages).entries()) {
      await page.screenshot({ path: path.join(shots, `${name}-${String(number).padStart(2, '0')}${at ? 'b' : ''}.png`) });
    }
    console.log(`${name}  ${number}. ${what}`);
  };
}

/** Keeps a picture for the guides, of the top of the page, `height` high, or of a part of it with a little around. */
function pictureOf(page, folder) {
  const keep = async (name, { part, height = page.viewportSize().height } = {}) => {
    if (!folder) return;
    await page.evaluate(() => scrollTo(0, 0));
    const box = await part?.boundingBox();
    const clip = box
      ? { x: box.x - AROUND, y: box.y - AROUND, width: box.width + 2 * AROUND, height: box.height + 2 * AROUND }
      : { x: 0, y: 0, width: page.viewportSize().width, height };
    await page.screenshot({ path: path.join(folder, `${name}.png`), clip, fullPage: true });
  };
  keep.wanted = Boolean(folder);
  return keep;
}
