// look.mjs URL PACKAGES PICTURES FILE [CHECK...]: goes through the page as its owner would, and says what is not right.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const [base, packages, pictures, file, ...only] = process.argv.slice(2);
const { checks } = await import(`./${file}`);
const require = createRequire(path.join(path.resolve(packages), 'package.json'));
const { chromium } = require('playwright-core');
const MOST_BYTES = 150 * 1000;

const faults = [];
let done = 0;
function check(is, what) {
  done += 1;
  if (!is) {
    faults.push(what);
    console.log(`not so: ${what}`);
  }
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true });

// A window on its own, watched: nothing may be complained of but what is excused, nobody else asked.
async function look(options, hash = '', prepare = async () => {}, excused = /^$/) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, locale: 'en-GB', timezoneId: 'Europe/Sofia', acceptDownloads: true, ...options });
  await prepare(context);
  const page = await context.newPage();
  page.on('console', (message) => check(message.type() !== 'error' || excused.test(message.text()), `console: ${message.text()}`));
  page.on('pageerror', (error) => check(false, `script: ${error.message}`));
  page.on('request', (request) => check(/^(blob:)?/.exec(request.url())[0] || request.url().startsWith(base), `asked elsewhere: ${request.url()}`));
  const session = await context.newCDPSession(page);
  let bytes = 0;
  await session.send('Network.enable');
  session.on('Network.loadingFinished', (event) => { bytes += event.encodedDataLength; });
  await page.goto(`${base}/${hash}`);
  return { page, context, bytes: () => bytes, read: (file) => readFileSync(file, 'utf8') };
}

// What draws the charts of this build: "uplot", "dygraphs", "none".
async function findKit() {
  const home = await (await fetch(base)).text();
  const kit = await (await fetch(`${base}/${/page\/[0-9a-f]+/.exec(home)[0]}/kits/kit.js`)).text();
  return ['uPlot', 'Dygraph'].find((name) => kit.includes(`window.${name}`))?.toLowerCase().replace('dygraph', 'dygraphs') ?? 'none';
}

const tools = {
  kit: await findKit(),
  axe: readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'),
  source: process.env.HELIO_SOURCE ?? '.',
  base, check, look, MOST_BYTES, token: process.env.TOKEN,
  ask: async (where) => (await fetch(`${base}/api/v1/${where}`)).json(),
  picture: (page, name, full = true) => page.screenshot({ path: path.join(pictures, `page-${name}.png`), fullPage: full }),
};
try {
  for (const [what, run] of Object.entries(checks)) {
    if (only.length && !only.includes(what)) continue;
    const begun = Date.now();
    try {
      await run(tools);
    } catch (error) {
      check(false, `${what}: ${error.message}`);
    }
    console.log(`page: ${what} took ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  }
} finally {
  await browser.close();
}
console.log(`page: charts by ${tools.kit}, ${done} checks, ${faults.length} faults; pictures are in ${pictures}`);
process.exit(faults.length ? 1 : 0);
