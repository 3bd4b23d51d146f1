// The sample newsletter in an empty folder, as `digest init` leaves it, and its review page, which the real `digest review` serves.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const BIN = fileURLToPath(new URL('../../.venv/bin/', import.meta.url));
const ELSEWHERE = `Une chorale cherche des voix

Publié il y a 3 jours

La chorale du quartier des Tanneurs répète chaque jeudi soir et accueille les débutants. Elle prépare un concert de printemps avec
l'orchestre de la ville voisine. Les répétitions sont gratuites, et personne n'a besoin de savoir lire une partition.
`; // fits no theme: it waits in the tray
export const TRAY_TITLE = ELSEWHERE.split('\n')[0];

export async function newsletter() {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'digest-story-'));
  const folder = path.join(home, 'lettre');
  await run(home, 'digest', ['init', folder]);
  const articles = path.join(folder, 'articles');
  fs.writeFileSync(path.join(articles, 'chorale.txt'), ELSEWHERE);
  const month = lastMonth(); // whole, whatever the day: the articles are dated from their files
  for (const file of fs.readdirSync(articles)) fs.utimesSync(path.join(articles, file), month.end, month.end);
  let server;
  return {
    edition: month.name,
    digest: (...args) => run(folder, 'digest', args),
    json: async (...args) => JSON.parse(await run(folder, 'digest', [...args, '--json'])),
    delivered: (edition, file) => fs.readFileSync(path.join(folder, 'editions', edition, file), 'utf8'),
    message: (edition) => run(folder, 'python', ['-c', MESSAGE, path.join(folder, 'editions', edition, 'email.eml')]),
    async forTeam(accounts) {
      const port = await freePort();
      fs.appendFileSync(path.join(folder, 'sources.yaml'), `\nreview: {url: "http://127.0.0.1:${port}"}\n`);
      for (const [name, { role, password }] of Object.entries(accounts)) {
        await run(folder, 'digest', ['accounts', 'add', name, '--role', role], { DIGEST_PASSWORD: password });
      }
      return port;
    },
    async open(port = 0) {
      server = spawn(path.join(BIN, 'digest'), ['review', '--port', String(port), '--no-open'], { cwd: folder, env: environment() });
      let complaint = '';
      server.stderr.on('data', (text) => (complaint += text));
      const address = new Promise((found, failed) => {
        readline.createInterface({ input: server.stdout }).once('line', found);
        server.once('exit', () => failed(new Error(`digest review ended: ${complaint}`)));
      });
      return address;
    },
    async close() {
      if (server && server.exitCode === null) {
        const ended = new Promise((done) => server.once('exit', done));
        server.kill('SIGTERM');
        await ended;
      }
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}

const MESSAGE = `
import sys
from email import message_from_binary_file, policy
message = message_from_binary_file(open(sys.argv[1], "rb"), policy=policy.default)
print(message["Subject"]); print(message.get_body(("plain",)).get_content())`;

function lastMonth() {
  const now = new Date();
  const end = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 28, 12));
  return { name: end.toISOString().slice(0, 7), end };
}

function environment(more = {}) {
  return { ...process.env, LC_ALL: 'C.UTF-8', LANGUAGE: 'fr', LOGNAME: 'camille', ...more };
}

async function run(folder, command, args, more) {
  const { stdout } = await promisify(execFile)(path.join(BIN, command), args, { cwd: folder, env: environment(more) });
  return stdout;
}

function freePort() {
  return new Promise((found) => {
    const asked = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = asked.address();
      asked.close(() => found(port));
    });
  });
}
