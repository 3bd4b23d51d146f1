// What is seen on the page of an edition, and what a person does there.
import assert from 'node:assert/strict';
import { flat, nameOf, until } from './hands.mjs';

export function desk(page, hands) {
  const story = (id) => page.locator(`#story-${id}`);
  const theme = (id) => page.locator(`section.theme[data-theme="${id}"]`);
  const revision = async () => Number(await page.locator('#form-words input[name=revision]').inputValue());

  /** Does something, and waits until it is saved and said. */
  async function saved(deed) {
    const before = await revision();
    await deed();
    await until(async () => (await revision()) > before, 'the change is saved');
    await until(async () => /^Enregistré à \d\d:\d\d$/.test(flat(await page.locator('#saved').innerText())), 'it is said to be saved');
  }

  return {
    story,
    theme,
    saved,
    /** Titles by theme, in the order of the page. */
    stories: () =>
      page.locator('section.theme').evaluateAll((themes) =>
        themes.map((one) => ({
          theme: one.dataset.theme,
          stories: [...one.querySelectorAll('.story')].map((it) => ({ id: it.dataset.story, title: it.querySelector('.title').value })),
        })),
      ),
    write: (field, text) => saved(() => hands.write(page.locator(field), text)),
    nameOf: (id) => nameOf(theme(id)),
    async opened(id, summary) {
      const part = story(id).locator('details').filter({ has: page.locator('summary', { hasText: summary }) });
      await hands.press(part.locator('summary'));
      await until(() => part.evaluate((one) => one.open), `${summary} is open`);
      return part;
    },
    /** The real email beside the page says this. */
    async emailSays(words) {
      const text = () => page.evaluate(() => document.querySelector('.frame iframe:not(.next)').contentDocument?.body?.textContent ?? '');
      await until(async () => flat(await text()).includes(flat(words)), `the email says: ${words}`);
    },
    async emailIsSilentOn(words) {
      const text = () => page.evaluate(() => document.querySelector('.frame iframe:not(.next)').contentDocument?.body?.textContent ?? '');
      await until(async () => !flat(await text()).includes(flat(words)), `the email no longer says: ${words}`);
    },
    async focusIsOn(id) {
      await until(() => page.evaluate((wanted) => document.activeElement?.id === wanted, id), `the focus is on ${id}`);
    },
  };
}

export async function sees(page, words, where = 'main') {
  await until(async () => flat(await page.locator(where).first().innerText()).includes(flat(words)), `“${words}” in ${where}`);
}

/** Nothing is wider than the window. */
export async function fits(page) {
  const extra = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(extra <= 0, `the page is ${extra} px too wide`);
}
