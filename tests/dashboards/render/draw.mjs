// draw.mjs ANSWERS.json DASHBOARD.json PICTURE.png: bundles the page, opens it, takes its picture.
// Runs inside build/npm, where the packages are.
import { createRequire } from 'node:module';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [answers, dashboard, picture] = process.argv.slice(2).map((name) => path.resolve(name));
const here = path.dirname(fileURLToPath(import.meta.url));
const packages = path.resolve(here, '../../../build/npm');
const require = createRequire(path.join(packages, 'package.json'));
const { build } = require('esbuild');
const { chromium } = require('playwright-core');
const work = path.join(packages, 'render');
mkdirSync(work, { recursive: true });

await build({
  entryPoints: [path.join(here, 'page.tsx')], outfile: path.join(work, 'page.js'), bundle: true, format: 'iife',
  minify: true, jsx: 'automatic', logLevel: 'error', nodePaths: [path.join(packages, 'node_modules')],
  define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
  loader: { '.svg': 'text', '.woff2': 'dataurl', '.ttf': 'dataurl' },
  alias: { answers, dashboard },
});
const style = path.join(work, 'page.css');
writeFileSync(path.join(work, 'page.html'), `<!doctype html><meta charset="utf-8"><title>Solar</title>
<style>${existsSync(style) ? readFileSync(style) : ''}</style><body style="margin:0"><div id="root"></div>
<script src="page.js"></script>`);

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true });
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
  const faults = [];
  page.on('pageerror', (fault) => faults.push(fault.message));
  await page.goto('file://' + path.join(work, 'page.html'));
  await page.waitForSelector('#dashboard canvas', { timeout: 20000 });
  await page.waitForTimeout(1500); // what is drawn on a canvas cannot be waited for
  const drawn = await page.locator('#dashboard canvas').count();
  const told = await page.locator('#dashboard').innerText();
  const wanted = JSON.parse(readFileSync(dashboard)).panels.filter((panel) => told.includes(panel.title)).length;
  if (faults.length > 0 || drawn < 7 || wanted < 15 || told.includes('No data')) {
    throw new Error(`${drawn} plots, ${wanted} titles; ${faults.join('; ')}`);
  }
  mkdirSync(path.dirname(picture), { recursive: true });
  await page.locator('#dashboard').screenshot({ path: picture });
  console.log(`render: ${wanted} panels, ${drawn} plots: ${picture}`);
} finally {
  await browser.close();
}
