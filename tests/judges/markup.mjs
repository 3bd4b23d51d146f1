// What the Nu Html Checker calls an error, all files in one run of Java, but for what every email for Outlook has to write.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const CHECKER = path.join(path.dirname(fileURLToPath(import.meta.url)), 'node_modules', 'vnu-jar', 'build', 'dist', 'vnu.jar');
const FOR_OUTLOOK = [/xmlns:[vo]/, /attribute on the “\w+” element is obsolete/, /CSS: “(mso-|-ms-)/];

export function markup(files) {
  const options = ['-Xss4m', '-jar', CHECKER, '--stdout', '--format', 'json', '--exit-zero-always', '--no-langdetect', '--errors-only'];
  const answer = execFileSync('java', [...options, ...files], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const { messages } = JSON.parse(answer);
  return (_, file) => messages
    .filter(({ url, message }) => url === `file:${path.resolve(file)}` && !FOR_OUTLOOK.some((idiom) => idiom.test(message)))
    .map(({ message, lastLine }) => `line ${lastLine}: ${message}`);
}
