// Zones, fingers, the other kit, extracting columns, the home screen, and what an accessibility checker finds.
import { existsSync, readFileSync } from 'node:fs';
import { drawn, shown, until } from './checks.mjs';

const DAY_MS = 86400000;
const status = (page) => page.locator('#view-charts p[role=status]').first();

// Somebody looks from elsewhere: all moments are the site's, and that is said.
async function zones({ kit, look, check, ask, picture }) {
  const { zone } = await ask('health');
  check(zone === 'Europe/Sofia', `the site's zone is ${zone}`);
  const { page, context } = await look({ timezoneId: 'America/New_York' }, '#charts');
  await shown(page, drawn(kit, '#view-charts'));
  await until('the zone', async () => (await status(page).textContent()).includes('(Europe/Sofia)'));
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const words = await status(page).textContent();
  check([0, 60000, 120000].some((ago) => words.includes(clock.format(Date.now() - ago))), `the chart ends at the site's time: ${words}`);
  check((await page.locator('#said').textContent()).includes('at the site (Europe/Sofia)'), 'the clock does not say whose it is');
  await picture(page, 'charts-from-elsewhere');
  await context.close();
  const near = await look({ timezoneId: 'Europe/Athens' }, '#charts'); // the same clock under another name
  await shown(near.page, drawn(kit, '#view-charts'));
  await until('a range', async () => (await status(near.page).textContent()).includes(' to '));
  check(!(await status(near.page).textContent()).includes('Sofia'), 'a zone is named that is no other');
  await near.context.close();
}

// Days of 23 and 25 hours: the same time of another day is where the clock shows the same.
async function calendar({ look, check }) {
  const { page, context } = await look({ timezoneId: 'Asia/Tokyo' });
  await shown(page, '.flow .value');
  const said = await page.evaluate(async () => {
    const part = document.querySelector('link[href$="zone.js"]').href;
    const { dateOf, instant, setZone, shifted, wall } = await import(part);
    setZone('Europe/Sofia', 7200);
    const at = (text) => Date.parse(text);
    const hours = (ms, by) => (shifted(ms, by) === null ? null : (shifted(ms, by) - ms) / 3600000);
    const back = { days: 1 };
    const found = {
      long: hours(at('2026-10-24T12:00:00+03:00'), back),
      short: hours(at('2026-03-28T12:00:00+02:00'), back),
      usual: hours(at('2026-06-01T12:00:00+03:00'), back),
      missing: hours(at('2026-03-28T03:30:00+02:00'), back),
      year: new Date(shifted(at('2027-05-01T10:00:00+03:00'), { years: -1 })).toISOString(),
      week: hours(at('2026-10-20T00:00:00+03:00'), { days: 7 }),
      date: dateOf(at('2026-10-24T21:30:00Z')),
      noon: instant(wall(at('2026-10-25T12:00:00+02:00'))) === at('2026-10-25T12:00:00+02:00'),
    };
    setZone('EET-2EEST', 7200); // a rule without a name
    found.unnamed = wall(0);
    return found;
  });
  const wanted = { long: 25, short: 23, usual: 24, missing: null, year: '2026-05-01T07:00:00.000Z', week: 169, date: '2026-10-25', noon: true, unnamed: 7200000 };
  check(JSON.stringify(said) === JSON.stringify(wanted), `days of the site: ${JSON.stringify(said)}`);
  await context.close();
}

const span = async (asked) => {
  const query = new URL((await asked).url()).searchParams;
  return { from: Date.parse(query.get('from')), to: Date.parse(query.get('to')) };
};

// One finger moves the chart, two zoom, up and down still scrolls.
async function fingers({ kit, look, check, picture }) {
  if (kit !== 'uplot') return;
  const { page, context } = await look({ viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true }, '#charts');
  await shown(page, drawn(kit, '#view-charts'));
  await until('points', async () => Number(await page.locator('#view-charts .plot').getAttribute('data-points')) > 50);
  await page.locator('#view-charts .plot').scrollIntoViewIfNeeded();
  const over = await page.locator('#view-charts .u-over').boundingBox();
  const session = await context.newCDPSession(page);
  const touch = (type, ...at) => session.send('Input.dispatchTouchEvent', { type, touchPoints: at.map(([share, high], id) => ({ x: over.x + over.width * share, y: over.y + (high ?? 60), id })) });
  const along = async (from, to) => {
    await touch('touchStart', ...from);
    for (let i = 1; i <= 6; i++) await touch('touchMove', ...from.map(([x, y], k) => [x + ((to[k][0] - x) * i) / 6, (y ?? 60) + (((to[k][1] ?? 60) - (y ?? 60)) * i) / 6]));
    await touch('touchEnd');
  };
  const isHistory = (request) => request.url().includes('api/v1/history');

  let asked = page.waitForRequest(isHistory, { timeout: 10000 });
  const before = Date.now();
  await along([[0.2]], [[0.7]]);
  const panned = await span(asked);
  check(Math.abs(panned.to - panned.from - DAY_MS) < DAY_MS / 50, `panning changed the width to ${(panned.to - panned.from) / 3600000} h`);
  check(Math.abs(before - panned.to - 0.5 * DAY_MS) < DAY_MS / 8, `a finger over half the chart moved it by ${(before - panned.to) / 3600000} h`);
  await page.waitForTimeout(600);

  asked = page.waitForRequest(isHistory, { timeout: 10000 });
  await along([[0.4], [0.6]], [[0.2], [0.8]]);
  const pinched = await span(asked);
  const wide = (pinched.to - pinched.from) / (panned.to - panned.from);
  check(wide > 0.25 && wide < 0.45, `two fingers three times as far apart show ${wide} of it`);
  check(pinched.from > panned.from && pinched.to < panned.to, 'pinching goes elsewhere');
  await page.waitForTimeout(600);
  await picture(page, 'charts-pinched', false);

  const top = await page.evaluate(() => scrollY);
  const way = top > 50 ? 1 : -1;
  await along([[0.5, 150 - 70 * way]], [[0.5, 150 + 70 * way]]);
  await until('the page scrolled by a finger up or down', async () => (await page.evaluate(() => scrollY)) !== top);
  await context.close();
}

// The kit of a build without uPlot, in the real page under its real policy.
async function otherKit({ look, check, source, picture }) {
  const folder = '/usr/share/javascript/dygraphs';
  if (!existsSync(`${folder}/dygraph.min.js`)) {
    console.log('page: libjs-dygraphs is not installed; its kit was not looked at');
    return;
  }
  const give = (file, contentType) => (route) => route.fulfill({ contentType, body: readFileSync(file) });
  const { page, context } = await look({}, '#charts', async (context) => {
    await context.route('**/kits/kit.js', give(`${source}/web/page/kits/dygraphs.js`, 'text/javascript'));
    await context.route('**/vendor/chart.js', give(`${folder}/dygraph.min.js`, 'text/javascript'));
    await context.route('**/vendor/chart.css', give(`${folder}/dygraph.min.css`, 'text/css'));
    await context.addInitScript(() => {
      window.broken = [];
      document.addEventListener('securitypolicyviolation', (event) => window.broken.push(`${event.violatedDirective}: ${event.blockedURI}`));
    });
  });
  await shown(page, '#view-charts canvas');
  const inked = () => page.evaluate(() => [...document.querySelectorAll('#view-charts canvas')].some((canvas) =>
    canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value, i) => i % 4 === 3 && value > 120)));
  await until('something drawn by dygraphs', inked);
  await page.mouse.move(600, 400);
  await page.getByRole('button', { name: 'Show 7 days' }).click();
  await page.waitForTimeout(500);
  const broken = await page.evaluate(() => window.broken);
  check(!broken.length, `dygraphs and the policy: ${broken}`);
  check(await page.evaluate(() => Boolean(window.Dygraph) && !window.uPlot), 'it was not dygraphs');
  await picture(page, 'charts-dygraphs');
  await context.close();
}

async function extract({ look, check, ask }) {
  const { page, context, read } = await look({ timezoneId: 'America/New_York' }, '#charts', undefined, /status of 400/);
  await page.locator('#view-charts summary').click();
  const level = (await ask('catalogue')).find((metric) => metric.headline === 'level');
  await page.locator(`.columns input[value="${level.metric}"]`).check();
  const names = await page.locator('.columns input:checked').evaluateAll((boxes) => boxes.map((box) => box.value));
  const day = new Date(Date.now() - 3 * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
  let first = null;
  for (const [from, to] of [[day, `${day}060000`], [`${day}00`, `${day}06`], [`${day}0000`, `${day}0600`], [`${day}000000`, `${day.replace(/(....)(..)(..)/, '$1-$2-$3')} 06:00`]]) {
    await page.getByRole('textbox', { name: 'From' }).fill(from);
    await page.getByRole('textbox', { name: 'to' }).fill(to);
    await page.getByRole('combobox', { name: 'a row' }).selectOption('3600');
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as CSV' }).click()]);
    const text = read(await file.path());
    first ??= text;
    check(text === first && text.startsWith(`time,device,${names.join()}\r\n`) && text.split('\r\n').length === 8, `${from} to ${to}: ${text}`);
  }
  await page.getByRole('textbox', { name: 'From' }).fill('soon');
  await page.getByRole('button', { name: 'Save as CSV' }).click();
  await until('why not', async () => (await page.locator('.extract p[role=status]').textContent()).includes('is no time'));
  check(await openedEarly(page) === '1970-01-01 00:00', 'opened before the chart knows its device, it is not filled when that comes');
  await context.close();
}

function openedEarly(page) {
  return page.evaluate(async () => {
    const part = document.querySelector('link[href$="zone.js"]').href;
    const { makeExtract } = await import(part.replace('zone.js', 'extract.js'));
    const { setZone, zoneName } = await import(part);
    const zone = zoneName();
    const early = makeExtract();
    document.body.append(early.element);
    const opened = new Promise((done) => { early.element.addEventListener('toggle', done); });
    early.element.open = true;
    await opened;
    setZone('Etc/UTC', 0);
    early.show({ device: 'south', metrics: [], from: 0, to: 60000 }, []);
    setZone(zone, 0);
    early.element.remove();
    return early.element.querySelector('input').value;
  });
}

// On a home screen: what the page names is there, and is what it says.
async function icons({ look, check }) {
  const { page, context } = await look();
  const found = await page.evaluate(async () => {
    const link = (rel) => document.querySelector(`link[rel="${rel}"]`).href;
    const manifest = await (await fetch(link('manifest'))).json();
    const wanted = [[link('apple-touch-icon'), '180x180'], ...manifest.icons.map((icon) => [new URL(icon.src, link('manifest')).href, icon.sizes])];
    return Promise.all(wanted.map(async ([href, sizes]) => {
      const image = Object.assign(new Image(), { src: href });
      await image.decode();
      return { href, sizes, is: `${image.naturalWidth}x${image.naturalHeight}`, type: (await fetch(href)).headers.get('content-type') };
    }));
  });
  check(found.length === 5, `${found.length} icons`);
  for (const icon of found) check(icon.sizes === 'any' || (icon.is === icon.sizes && icon.type === 'image/png'), JSON.stringify(icon));
  check((await page.locator('meta[name=theme-color]').count()) === 2, 'no colour for the frame, in light and dark');
  await context.close();
}

async function accessible({ kit, look, check, axe }) {
  for (const [view, ready] of Object.entries({ now: '.flow .value', charts: drawn(kit, '#view-charts'), energy: '#view-energy tbody tr', devices: '.device dd', log: '#view-log .card', kiosk: '.tile .big' })) {
    for (const colorScheme of { now: ['light', 'dark'], charts: ['light', 'dark'], energy: ['light'], log: ['light'] }[view] ?? ['dark']) {
      const { page, context } = await look({ colorScheme }, `#${view}`);
      await shown(page, ready);
      if (view === 'charts') await page.locator('#view-charts summary').click();
      await page.waitForTimeout(300);
      await page.evaluate(axe);
      const { violations, passes } = await page.evaluate(() => window.axe.run());
      check(passes.length > 15, `${view}: axe looked at ${passes.length} rules only`);
      for (const one of violations) check(false, `${view}, ${colorScheme}: ${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' | ')}`);
      await context.close();
    }
  }
}

export const checks = { zones, calendar, fingers, otherKit, extract, icons, accessible };
