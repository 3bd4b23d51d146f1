// Two people at once, in two browsers, each with an account: the second to save is told, and nothing that either wrote is lost.
import assert from 'node:assert/strict';
import { tellsTheSame } from './alone.mjs';
import { desk, sees } from './desk.mjs';
import { flat, mouse, until } from './hands.mjs';

export const ACCOUNTS = {
  Camille: { role: 'approver', password: 'trois petits chats gris' },
  Dominique: { role: 'editor', password: 'un vélo sous la pluie' },
};
const WORDS = {
  title: 'Un titre que Camille a trouvé',
  other: 'Un autre titre, de Camille aussi',
  introduction: 'Dominique a écrit cette introduction pendant que Camille changeait un titre.',
  lost: 'Camille écrit la sienne, puis préfère celle de Dominique.',
};

export async function together(letter, address, pages, { step }) {
  const [camille, dominique] = pages.map((page) => desk(page, mouse(page)));
  const [one, two] = pages;
  await Promise.all(pages.map((page, at) => signIn(page, address, ...Object.entries(ACCOUNTS)[at])));
  await step('both sign in, each with an account');

  const { edition } = letter;
  await letter.digest('draft', edition, '--quiet');
  await Promise.all(pages.map((page) => page.goto(`${address}/editions/${edition}`)));
  const drafted = (await camille.stories()).flatMap((theme) => theme.stories);
  const [first, second, third] = drafted;
  await step(`both open the draft of ${edition}`);

  await camille.write(`#title-${first.id}`, WORDS.title);
  await step('Camille retitles a story', one);
  await mouse(two).write(two.locator('#introduction'), WORDS.introduction);
  await told(two, 'Introduction', WORDS.introduction, WORDS.title);
  await step('Dominique, who had not seen it, is told what changed; the typed words are there', two);
  await dominique.saved(() => two.getByRole('button', { name: 'Enregistrer ma version à la place' }).click());
  assert.equal(await two.locator(`#title-${first.id}`).inputValue(), WORDS.title);
  await dominique.emailSays(WORDS.introduction);
  await dominique.emailSays(WORDS.title);
  await step('Dominique saves them: the edition has both changes', two);

  await mouse(one).write(one.locator('#introduction'), WORDS.lost);
  await told(one, 'Introduction', WORDS.lost, WORDS.introduction);
  await one.getByRole('link', { name: 'Garder la version enregistrée' }).click();
  await until(async () => flat(await one.locator('#introduction').inputValue()) === flat(WORDS.introduction), 'the other introduction');
  await step('Camille is told in turn, and keeps the introduction of Dominique', one);

  await Promise.all([
    mouse(one).write(one.locator(`#title-${second.id}`), WORDS.other),
    two.locator(`#drop-${third.id}`).click(),
  ]);
  const refused = await until(async () => {
    for (const page of pages) if (await page.locator('#conflict section').count()) return page;
    return null;
  }, 'one of two changes made at the same time is told to the other');
  await desk(refused, mouse(refused)).saved(() => refused.locator('#conflict button.main').click());
  await step('of two changes at the same moment, the second is told, and done all the same', refused);

  await Promise.all(pages.map((page) => page.goto(`${address}/editions/${edition}`)));
  const [seen, alike] = [await camille.stories(), await dominique.stories()];
  assert.deepEqual(seen, alike);
  const titles = seen.flatMap((theme) => theme.stories.map((story) => story.title));
  const now = { [first.id]: WORDS.title, [second.id]: WORDS.other };
  const expected = drafted.filter((story) => story !== third).map((story) => now[story.id] ?? story.title);
  assert.deepEqual(titles, expected);
  await step('both see the same edition, with every change');

  await two.goto(`${address}/editions/${edition}/approve`);
  await sees(two, 'Votre compte permet de préparer');
  await two.goto(`${address}/editions/${edition}`);
  await one.goto(`${address}/editions/${edition}/approve`);
  await one.getByRole('button', { name: 'Signer la révision' }).click();
  await one.getByRole('button', { name: 'Livrer les fichiers' }).click();
  await until(() => one.locator('.verdict.good').count(), 'the delivery', 20);
  await step('Camille, who may, signs and delivers', one);
  await mouse(two).write(two.locator('#introduction'), 'Trop tard ?');
  await sees(two, 'refaites-en un brouillon', '#said');
  assert.equal(await two.locator('#introduction').inputValue(), 'Trop tard ?');
  await step('Dominique, whose page was still open, is told; what was typed is still there', two);

  const people = new Set((await letter.json('history', edition)).map((event) => event.by).filter(Boolean));
  for (const name of Object.keys(ACCOUNTS)) assert.ok(people.has(name), `${name} stands in the history`);
  const printed = seen.map((theme) => ({ theme: theme.theme, titles: theme.stories.map((story) => story.title) }));
  const said = [WORDS.title, WORDS.other, WORDS.introduction];
  await tellsTheSame(letter, { edition, told: printed, left: [third.title, WORDS.lost, 'Trop tard'], said, by: 'Camille' });
  await step('digest status, verify, history and the delivered files tell the same story');
}

async function signIn(page, address, name, { password }) {
  await page.goto(address);
  await page.getByLabel('Nom').fill(name);
  await page.getByLabel('Mot de passe').fill(password);
  await page.getByRole('button', { name: 'Entrer' }).click();
  await sees(page, name, 'header');
}

/** The conflict is shown: what was typed, and what changed meanwhile. */
async function told(page, field, mine, theirs) {
  await sees(page, 'Quelqu’un d’autre a enregistré avant vous', '#conflict');
  await sees(page, `${field} : ce que vous avez écrit`, '#conflict');
  assert.equal(await page.locator('#conflict textarea').inputValue(), mine);
  await sees(page, theirs, '#conflict');
}
