// One person makes the newsletter of the month, from an empty folder to the delivered files.
import assert from 'node:assert/strict';
import { desk, fits, sees } from './desk.mjs';
import { flat, until } from './hands.mjs';
import { TRAY_TITLE } from './newsletter.mjs';

const WORDS = {
  title: 'Les bénévoles relisent, la machine propose',
  takeaway: 'Avec nos mots : la relecture compte autant que le brouillon.',
  introduction: 'Chers adhérents, ce mois-ci nous parlons de relecture, de nuages souverains et d’une chorale.',
};

export async function alone(letter, address, page, hands, { step, picture }) {
  const at = desk(page, hands);
  await page.goto(address);
  await sees(page, 'Aucun numéro n’est en cours');
  await fits(page);
  await step('sees that no edition is in progress');

  const { edition } = letter;
  await hands.write(page.getByLabel('Son nom'), edition);
  await hands.press(page.getByRole('button', { name: 'Faire le brouillon' }));
  await until(() => page.locator('progress#read').count(), 'the progress of the draft');
  await step('makes the draft and sees it progress');
  await until(() => page.url().endsWith(`/editions/${edition}`), 'the page of the edition', 30);
  await page.locator('#sheet .story').first().waitFor();
  const drafted = await at.stories();
  assert.equal(drafted.flatMap((one) => one.stories).length, 14);
  await fits(page);
  await picture('edition');
  await step(`reads the draft of ${edition}: 14 stories in ${drafted.length} themes`);

  const [first, second, third] = drafted;
  const [retitled, dropped, held] = first.stories;
  const moved = first.stories.at(-1);
  const reworded = second.stories[0];

  const tray = page.locator('#tray');
  await hands.press(page.locator('.jump a[href="#tray"]'));
  await hands.write(page.locator('#q'), 'chorale');
  await until(async () => (await tray.locator('ul.rows li').count()) === 1, 'one candidate answers the search');
  await sees(page, TRAY_TITLE, '#tray-list');
  const thirdName = await at.nameOf(third.theme);
  await hands.choose(page.locator('#tray-theme'), thirdName);
  await at.saved(() => hands.press(tray.locator('button[name=do]')));
  const brought = (await at.stories()).find((one) => one.theme === third.theme).stories.find((one) => flat(one.title) === flat(TRAY_TITLE));
  assert.ok(brought, `“${TRAY_TITLE}” is under ${thirdName}`);
  await at.focusIsOn(`story-${brought.id}`);
  await at.emailSays(TRAY_TITLE);
  await step(`brings “${TRAY_TITLE}” in from the tray, under ${thirdName}`);

  const secondName = await at.nameOf(second.theme);
  await at.saved(() => hands.move(at.story(moved.id), at.theme(second.theme)));
  await until(() => at.theme(second.theme).locator(`#story-${moved.id}`).count(), `the story is under ${secondName}`);
  await step(`moves “${moved.title}” to ${secondName}`);

  const takeaway = at.story(reworded.id).locator('.takeaways textarea').first();
  const said = await takeaway.inputValue();
  await at.saved(() => hands.write(takeaway, WORDS.takeaway));
  const note = at.story(reworded.id).locator('.takeaways .source').first();
  await until(async () => flat(await note.innerText()).startsWith('Réécrit.'), 'the takeaway is shown as rewritten');
  assert.equal(flat(await note.locator('q').innerText()), flat(said), 'the words of the article stand beside it');
  await at.emailSays(WORDS.takeaway);
  await step('rewords a takeaway, and sees the words of the article beside it');

  const more = await at.opened(held.id, 'Déplacer, garder');
  await at.saved(() => hands.press(more.getByRole('button', { name: 'Garder pour un autre numéro' })));
  await at.focusIsOn(`undo-${held.id}`);
  await sees(page, 'a quitté ce numéro', '.gone');
  await at.emailIsSilentOn(held.title);
  await step(`holds “${held.title}” for another edition`);

  const order = JSON.stringify(await at.stories());
  await at.saved(() => hands.press(page.locator(`#drop-${dropped.id}`)));
  await at.focusIsOn(`undo-${dropped.id}`);
  await at.emailIsSilentOn(dropped.title);
  await step(`takes “${dropped.title}” out`);
  await at.saved(() => hands.press(page.locator(`#undo-${dropped.id}`)));
  await at.focusIsOn(`story-${dropped.id}`);
  assert.equal(JSON.stringify(await at.stories()), order, 'every story is where it was');
  await at.emailSays(dropped.title);
  await step('undoes it: the story is back in its place');

  const article = await at.opened(retitled.id, 'Lire l');
  await article.locator('mark').first().waitFor();
  assert.ok((await article.locator('.sentence').count()) > 5, 'the article is there');
  await step('reads an article, the quoted words marked');
  await at.write(`#title-${retitled.id}`, WORDS.title);
  await at.emailSays(WORDS.title);
  await step(`retitles a story: “${WORDS.title}”`);

  await at.write('#introduction', WORDS.introduction);
  assert.equal(await page.locator('#introduction-count [data-counted]').innerText(), String([...WORDS.introduction].length));
  await at.emailSays(WORDS.introduction);
  await fits(page);
  await step('writes the introduction, and sees it in the email');

  const told = (await at.stories()).map((one) => ({ theme: one.theme, titles: one.stories.map((story) => story.title) }));
  await look(page, hands, { step, picture });
  await sign(page, hands, { step, picture });

  const expected = { edition, told, left: [held.title], said: [WORDS.introduction, WORDS.takeaway, WORDS.title, TRAY_TITLE] };
  await tellsTheSame(letter, expected);
  await step('digest status, verify, show and the delivered files tell the same story');
  if (picture.wanted) await page.goto(new URL('/sources', page.url()).href);
  await picture('sources', { height: 690 });
}

async function look(page, hands, { step, picture }) {
  await hands.press(page.locator('.steps').getByRole('link', { name: 'Regarder' }));
  await hands.press(page.getByRole('link', { name: 'Sombre' }));
  await until(() => page.locator('#look-dark[aria-current]').count(), 'the dark look');
  const phone = page.locator('.phone iframe');
  await until(() => phone.evaluate((frame) => frame.contentDocument?.body?.textContent.includes('adhérents')), 'the email');
  const { width, extra, light } = await phone.evaluate((frame) => {
    const { documentElement } = frame.contentDocument;
    const paint = (one) => getComputedStyle(one).backgroundColor;
    let heading = frame.contentDocument.querySelector('h1');
    while (paint(heading) === 'rgba(0, 0, 0, 0)') heading = heading.parentElement;
    const [red, green, blue] = paint(heading).match(/\d+/g).map(Number);
    return { width: frame.clientWidth, extra: documentElement.scrollWidth - frame.clientWidth, light: (red + green + blue) / 765 };
  });
  assert.ok(width <= 375 && extra <= 0, `the email is ${width + extra} px wide on a phone of ${width} px`);
  assert.ok(light < 0.3, 'the email is dark');
  await sees(page, 'Gmail cache la fin');
  await fits(page);
  await picture('preview', { part: page.locator('.phone') });
  await step('looks at the email on a phone, in the dark');
}

async function sign(page, hands, { step, picture }) {
  await hands.press(page.locator('.steps').getByRole('link', { name: 'Contrôler' }));
  await sees(page, 'Rien ne l’empêche de partir');
  await fits(page);
  await picture('checks');
  await step('reads the checks: nothing keeps the edition from leaving');

  await hands.press(page.locator('.next').getByRole('link', { name: 'Approuver' }));
  await hands.write(page.getByLabel('Votre nom'), 'Camille Dupré');
  await hands.press(page.getByRole('button', { name: 'Signer la révision' }));
  await sees(page, 'Signé. Il peut maintenant être livré.');
  await step('signs it');

  await hands.press(page.getByRole('button', { name: 'Livrer les fichiers' }));
  await until(() => page.locator('.verdict.good').count(), 'the delivery', 20);
  await sees(page, 'Ses fichiers sont écrits.');
  await fits(page);
  await step('delivers the files');
}

/** The command line and the delivered files say what the page showed. */
export async function tellsTheSame(letter, { edition, told, left, said, by = 'Camille Dupré' }) {
  const number = told.flatMap((one) => one.titles).length;
  const status = await letter.json('status');
  const { revision, ...rest } = status.editions.find((one) => one.edition === edition);
  assert.deepEqual(rest, { edition, status: 'delivered', stories: number, by, places: 'files' });
  const proofs = await letter.json('verify', edition);
  assert.ok(proofs.length > number && proofs.every((one) => one.holds), 'every quotation holds');

  const shown = await letter.json('show', edition);
  assert.equal(shown.approval.revision, revision);
  const printed = (one) => one.themes.map(({ id, stories }) => ({ theme: id, titles: stories.map((story) => story.title) }));
  assert.deepEqual(printed(shown), told.filter((one) => one.titles.length));
  const file = JSON.parse(letter.delivered(edition, 'edition.json'));
  assert.deepEqual([printed(file), file.subject, file.introduction], [printed(shown), shown.subject, shown.introduction]);

  const html = letter.delivered(edition, 'email.html');
  const texts = { 'email.txt': letter.delivered(edition, 'email.txt'), 'email.eml': await letter.message(edition) };
  for (const [name, text] of Object.entries(texts)) {
    const words = flat(text);
    for (const one of [...said, ...told.flatMap((theme) => theme.titles)]) assert.ok(words.includes(flat(one)), `${name} says: ${one}`);
    for (const one of left) assert.ok(!words.includes(flat(one)), `${name} does not say: ${one}`);
  }
  for (const one of said) assert.ok(flat(unescaped(html)).includes(flat(one)), `email.html says: ${one}`);
}

const unescaped = (html) => html.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&nbsp;', ' ').replaceAll('&amp;', '&');
