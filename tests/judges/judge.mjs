// node judge.mjs FOLDER: every *.html of the folder before every judge, one line each; exit 1 when one of them finds fault.
// A page-*.html is a page of the web: no mail program will show it, and it has the landmarks of a page.
import fs from 'node:fs';
import path from 'node:path';
import { axe, closeBrowser, isPage, reflow } from './browser.mjs';
import { clients } from './clients.mjs';
import { markup } from './markup.mjs';

const folder = process.argv[2];
const files = fs.readdirSync(folder).filter((name) => name.endsWith('.html')).sort();
const judges = { vnu: markup(files.map((name) => path.join(folder, name))), clients, axe, reflow };
const width = Math.max(...files.map((name) => name.length));
let faults = 0;

for (const name of files) {
  const html = fs.readFileSync(path.join(folder, name), 'utf8');
  for (const [judge, look] of Object.entries(judges)) {
    if (judge === 'clients' && isPage(name)) continue;
    const found = await look(html, path.join(folder, name));
    console.log(`${name.padEnd(width)}  ${judge.padEnd(8)} ${found.length ? 'FAULT  ' + found.join('; ') : 'sound'}`);
    faults += found.length;
  }
}
await closeBrowser();
console.log(faults ? `${faults} faults in ${files.length} emails and pages` : `${files.length} emails and pages, no fault`);
process.exitCode = faults || !files.length ? 1 : 0;
