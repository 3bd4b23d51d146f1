// Two ways to use a page: a mouse, or a keyboard and nothing else.
import assert from 'node:assert/strict';

const MOST_TABS = 500;

export function mouse(page) {
  return {
    name: 'mouse',
    press: (target) => target.click(),
    choose: (target, label) => target.selectOption({ label }),
    async write(target, text) {
      await target.click();
      await type(page, text);
    },
    async move(story, theme) { // by its grip, to the top of the theme
      const grip = story.locator('.grip');
      await grip.scrollIntoViewIfNeeded();
      await grip.hover();
      await page.mouse.down();
      const from = await middle(grip);
      await page.mouse.move(from.x + 4, from.y + 8, { steps: 3 });
      await until(() => page.locator('.desk.moving').count(), 'the stories are short while one is dragged');
      const first = await theme.locator('.story').first().boundingBox();
      await page.mouse.move(first.x + first.width / 2, first.y + 6, { steps: 6 });
      await until(() => page.locator('.drop-before').count(), 'the place where it would go is shown');
      await page.mouse.up();
    },
  };
}

export function keyboard(page) {
  return {
    name: 'keyboard',
    async press(target) {
      await reach(page, target);
      await page.keyboard.press('Enter');
    },
    async choose(target, label) {
      await reach(page, target);
      await page.keyboard.type(label.slice(0, 3));
      const chosen = () => target.evaluate((list) => list.selectedOptions[0].textContent.trim());
      await until(async () => (await chosen()) === label, `${label} is chosen in the list`);
    },
    async write(target, text) {
      await reach(page, target);
      await type(page, text);
    },
    async move(story, theme) { // by the list of themes under it
      if (!(await story.locator('details.more').first().evaluate((part) => part.open))) {
        await this.press(story.locator('details.more > summary').first());
      }
      await this.choose(story.locator('select[name=theme]'), await nameOf(theme));
      await this.press(story.locator('button[value=move]'));
    },
  };
}

export async function until(holds, what, seconds = 10) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await holds();
    if (found) return found;
    assert.ok(Date.now() < end, `not seen in ${seconds} s: ${what}`);
    await new Promise((again) => setTimeout(again, 40));
  }
}

/** Words with plain spaces and apostrophes, whatever French typography asks for. */
export const flat = (text) => text.replace(/\s+/g, ' ').replaceAll('’', "'").trim();

export async function nameOf(theme) {
  return flat(await theme.locator('h2').evaluate((heading) => heading.firstChild.textContent));
}

async function type(page, text) {
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}

/** Tab, or Shift and Tab, until the target has the focus, and shows it. */
async function reach(page, target) {
  const element = await target.elementHandle();
  const key = (await element.evaluate(isBefore)) ? 'Shift+Tab' : 'Tab';
  for (let tabs = 0; !(await element.evaluate((one) => one === document.activeElement)); tabs += 1) {
    assert.ok(tabs < MOST_TABS, `${await element.evaluate((one) => one.outerHTML.slice(0, 120))} is not reached with ${key}`);
    await page.keyboard.press(key);
  }
  const shown = await element.evaluate((one) => one.matches(':focus-visible') && getComputedStyle(one).outlineStyle !== 'none');
  assert.ok(shown, `the focus is not seen on ${await element.evaluate((one) => one.outerHTML.slice(0, 120))}`);
}

function isBefore(one) {
  const now = document.activeElement;
  return now !== document.body && Boolean(now.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING);
}

async function middle(target) {
  const { x, y, width, height } = await target.boundingBox();
  return { x: x + width / 2, y: y + height / 2 };
}
