// What mail programs do not understand in an email, by the data of caniemail.com: once whole, once as it is where <style> is dropped.
import { caniemail, rawData } from 'caniemail';
import { clientNames } from './node_modules/caniemail/dist/clients.js';

const READERS = ['gmail.*', 'apple-mail.*', 'outlook.*', 'orange.*', 'sfr.*', 'laposte.*', 'free-fr.*', 'yahoo.*', 'samsung-email.*',
  'thunderbird.*', 'protonmail.*'];

// Each is missed somewhere, and nothing of the letter is lost there.
const HARMLESS = {
  'aria-label attribute': 'says the subject again, which is in <title>',
  'role attribute': 'tables of one column read the same without it',
  'lang attribute': 'a voice of another language',
  '<body> element': 'its colour is also on the div inside it',
  'border-radius': 'nothing of ours is round; MJML writes 0',
  'border-spacing': 'MJML writes 0 for pictures',
  'outline': 'MJML writes it for pictures that are links',
  'text-decoration': 'programs that underline links, or not, as they please',
  'height property': 'MJML writes auto',
  'word-break': 'breaks addresses that are wider than the letter; without it they overflow',
  'word-spacing': 'MJML writes normal',
  'overflow': 'the preview text is hidden three ways',
  'opacity': 'the preview text is hidden three ways',
  'display:none': 'the preview text is hidden three ways',
};
// Looks that only a style block can give: dark mode, phones, print, the rule beside takeaways.
const IN_STYLE = ['<style> element', '@media', '!important keyword', 'Adjacent sibling combinator', 'Attribute selector',
  'Chaining selectors', 'Class selector', 'Descendant combinator', 'ID selector', 'Type selector', ':hover'];

complete();

export function clients(html) {
  const visible = html.replace(/<!--[\s\S]*?-->/g, '');
  const core = visible.replace(/<style[\s\S]*?<\/style>/g, '');
  const harmless = new Set(Object.keys(HARMLESS));
  return [...missed(core, harmless), ...missed(html, new Set([...harmless, ...IN_STYLE]))];
}

function missed(html, accepted) {
  const found = new Map();
  for (const [client, issues] of caniemail({ clients: READERS, html }).issues.errors) {
    for (const { title } of issues) if (!accepted.has(title)) found.set(title, [...(found.get(title) ?? []), client]);
  }
  return [...found].map(([title, names]) => `${title} is unknown to ${names.join(', ')}`);
}

// caniemail 1.0.5 leaves out programs that its data tells of, and fails where the data has a hole: what is not known counts as understood.
function complete() {
  for (const { stats } of rawData.data) {
    for (const [family, platforms] of Object.entries(stats)) {
      for (const platform of Object.keys(platforms)) {
        const name = `${family}.${platform}`;
        if (!clientNames.includes(name)) clientNames.push(name);
      }
    }
  }
  for (const { stats } of rawData.data) {
    for (const name of clientNames) {
      const [family, platform] = name.split('.');
      (stats[family] ??= {})[platform] ??= { unknown: 'y' };
    }
  }
}
