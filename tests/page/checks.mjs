// What the page must do, one after the other. Each gets the tools of look.mjs.

// Until it is so, or ten seconds are over.
export async function until(what, is) {
  for (let i = 0; i < 100; i++) {
    if (await is()) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`never: ${what}`);
}

export const shown = (page, selector) => page.locator(selector).first().waitFor({ state: 'visible', timeout: 15000 });
const texts = (page, selector) => page.locator(selector).allTextContents();
const fits = (page) => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);

// A build without what draws the charts says what to do about it.
export const drawn = (kit, view) => (kit === 'none' ? `${view} .plot p` : `${view} canvas`);

async function loads({ kit, look, check, ask, picture, MOST_BYTES }) {
  const { page, context, bytes } = await look();
  await shown(page, '.flow .value');
  await shown(page, drawn(kit, '#view-now'));
  await page.waitForLoadState('networkidle', { timeout: 2000 }).catch(() => {});
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
  console.log(`page: ${(bytes() / 1000).toFixed(1)} kB for the first view with its chart, first paint after ${Math.round(paint)} ms`);
  check(bytes() > 10000 && bytes() <= MOST_BYTES, `the first view takes ${bytes()} bytes`);

  check((await page.title()).startsWith('Hillside'), 'the site is not named');
  const devices = (await ask('devices')).filter((device) => !device.is_group);
  check((await page.locator('.roll li').count()) === devices.length, 'not every device is listed');
  check((await texts(page, '.warnings li')).some((text) => text.startsWith('attic')), 'nothing is said of the silent unit');
  await until('four parts of the house', async () => (await page.locator('.flow .part').count()) === 4);
  check((await page.locator('.flow title').textContent()).includes('Panels: making power'), 'the picture has no words');
  const before = await texts(page, '.flow .value');
  await until('other numbers', async () => String(await texts(page, '.flow .value')) !== String(before));
  await picture(page, 'now-wide-light');
  await context.close();
}

async function charts({ kit, look, check, ask, picture }) {
  const { page, context } = await look({}, '#charts');
  const plot = page.locator('#view-charts .plot');
  await shown(page, drawn(kit, '#view-charts'));
  if (kit === 'none') check((await plot.textContent()).includes('scripts/get-assets'), 'it is not said why there are no charts');
  if (kit !== 'uplot') {
    await page.waitForTimeout(500);
    await picture(page, `charts-${kit}`);
    await context.close();
    return;
  }
  check(Number(await plot.getAttribute('data-points')) > 100, 'the chart has few points');

  // The gap: eight to six hours ago nothing was said, and nothing is drawn there.
  const inked = () => page.evaluate(() => {
    const canvas = document.querySelector('#view-charts canvas');
    const over = document.querySelector('#view-charts .u-over').getBoundingClientRect();
    const box = canvas.getBoundingClientRect();
    const scale = canvas.width / box.width;
    const count = (share) => {
      const data = canvas.getContext('2d').getImageData(Math.round((over.left - box.left + over.width * share) * scale), 0, 1, canvas.height).data;
      let coloured = 0;
      for (let i = 0; i < data.length; i += 4) coloured += data[i + 3] > 120 && Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 60;
      return coloured;
    };
    return { gap: count(17 / 24), before: count(12 / 24), after: count(20 / 24) };
  });
  const ink = await inked();
  check(ink.gap === 0 && ink.before > 0 && ink.after > 0, `a gap is not a gap: ${JSON.stringify(ink)}`);

  const over = await page.locator('#view-charts .u-over').boundingBox();
  const words = () => page.locator('#view-charts p[role=status]').first().textContent();
  const range = await words();
  await page.mouse.move(over.x + over.width * 0.75, over.y + 60);
  await page.mouse.down();
  await page.mouse.move(over.x + over.width * 0.95, over.y + 60, { steps: 8 });
  const asked = page.waitForRequest(/api\/v1\/history/);
  await page.mouse.up();
  const span = new URL((await asked).url()).searchParams;
  const hours = (Date.parse(span.get('to')) - Date.parse(span.get('from'))) / 3600000;
  check(Math.abs(hours - 4.8) < 0.4, `zoomed to ${hours} hours`);
  await page.mouse.move(10, 10);
  await until('another range in words', async () => (await words()) !== range);

  await page.getByRole('button', { name: 'Show 30 days' }).click();
  await page.getByLabel('Compare').selectOption({ label: 'with the week before' });
  await until('lines of before', async () => (await page.locator('#view-charts .key.is-dashed').count()) > 0);
  const level = (await ask('catalogue')).find((metric) => metric.headline === 'level');
  await page.getByLabel('Add to the chart').selectOption(level.metric);
  await until('a second axis', async () => (await page.locator('#view-charts .u-axis').count()) === 3);
  await page.waitForTimeout(300);
  await picture(page, 'charts-compared');
  await page.getByRole('button', { name: 'Show 7 days' }).click();
  await page.getByLabel('Compare').selectOption('0');
  await until('no lines of before', async () => (await page.locator('#view-charts .key.is-dashed').count()) === 0);
  await page.waitForTimeout(300);
  await picture(page, 'charts-wide-light');

  await page.getByLabel(/^Chart: arrows/).focus();
  const moved = page.waitForRequest(/api\/v1\/history/);
  await page.keyboard.press('ArrowLeft');
  check(Boolean(await moved), 'an arrow does not move the chart');
  await context.close();
}

async function energy({ look, check, ask, picture, read }) {
  const opened = await look({}, '#energy');
  const { page, context } = opened;
  await shown(page, '#view-energy tbody tr');
  check((await page.locator('#view-energy tbody tr').count()) === 31, 'there are not 31 days');
  check((await page.locator('#view-energy rect').count()) > 25, 'there are few bars');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
  const [head, ...rows] = opened.read(await file.path()).trimEnd().split('\r\n').map((line) => line.split(','));
  // Days that are over; today still grows.
  for (let column = 1; column < head.length; column++) {
    const metric = head[column].split(' ')[0];
    const said = await ask(`energy?device=house&metric=${metric}&by=day&from=${rows[0][0]}&to=${rows.at(-1)[0]}`);
    const theirs = said.rows.reduce((sum, row) => sum + (row.grown ?? 0), 0);
    const ours = rows.slice(0, -1).reduce((sum, row) => sum + Number(row[column]), 0);
    check(Math.abs(theirs - ours) < 1e-6 && said.rows.length === rows.length - 1, `${metric}: ${ours} in the file, ${theirs} by the API`);
  }
  await picture(page, 'energy-wide-light');
  await page.getByRole('button', { name: 'Months' }).click();
  await until('months', async () => (await page.locator('#view-energy tbody tr').count()) < 4);
  await page.getByRole('button', { name: 'Years' }).click();
  await until('years', async () => (await texts(page, '#view-energy tbody th')).every((text) => /^\d{4}$/.test(text)));
  await context.close();
}

const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

async function onAPhone({ kit, look, check, picture }) {
  for (const [colorScheme, width] of [['light', 360], ['dark', 360], ['light', 320]]) {
    const { page, context } = await look({ ...phone, viewport: { width, height: 740 }, colorScheme });
    for (const view of ['now', 'charts', 'energy', 'devices', 'log']) {
      await page.locator(`.tabs a[href="#${view}"]`).tap();
      await shown(page, { now: '.flow .value', charts: drawn(kit, '#view-charts'), energy: '#view-energy tbody tr', devices: '.device dd', log: '#view-log .card' }[view]);
      await page.waitForTimeout(400);
      check(await fits(page), `${view} is wider than a screen of ${width}`);
      if (width === 360) await picture(page, `${view}-phone-${colorScheme}`, view !== 'energy' && view !== 'devices');
    }
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = Number(/\d+/.exec(ground)[0]) > 128;
    check(light === (colorScheme === 'light'), `${colorScheme} has the ground ${ground}`);
    await context.close();
  }
}

async function motion({ look, check }) {
  for (const reducedMotion of ['reduce', 'no-preference']) {
    const { page, context } = await look({ reducedMotion });
    await shown(page, '.flow .value');
    const name = await page.evaluate(() => getComputedStyle(document.querySelector('.flow .current')).animationName);
    check((name === 'none') === (reducedMotion === 'reduce'), `motion ${reducedMotion}: ${name}`);
    await context.close();
  }
}

async function devices({ look, check, picture }) {
  const { page, context } = await look({ colorScheme: 'dark' }, '#devices');
  await shown(page, '.device dd');
  const all = page.locator('.device details').first();
  await all.locator('summary').click();
  await until('all that one says', async () => (await all.locator('dd').count()) > 20);
  check((await texts(page, '.device .state')).includes('unheard'), 'no state says unheard');
  await all.locator('summary').click();
  await picture(page, 'devices-wide-dark');
  await context.close();
}

async function kiosk({ look, check, picture }) {
  const { page, context } = await look({ viewport: { width: 1024, height: 600 } }, '#kiosk');
  await shown(page, '.tile .big');
  check(await page.evaluate(() => document.documentElement.scrollHeight <= window.innerHeight + 1), 'the kiosk does not fit');
  check(!(await page.locator('.tabs').isVisible()), 'the kiosk has tabs');
  await until('four tiles', async () => (await page.locator('.tile').count()) === 4);
  await picture(page, 'kiosk', false);
  await page.getByRole('link', { name: 'Leave' }).click();
  await shown(page, '.flow .value');
  await context.close();
}

// Every control gets the focus in turn, shows it, and has a name.
async function keyboard({ look, check }) {
  for (const view of ['now', 'charts', 'energy', 'devices', 'log']) {
    const { page, context } = await look({}, `#${view}`);
    await page.locator(`#view-${view} >> css=button, a, summary, select`).first().waitFor();
    await page.waitForTimeout(1500);
    const wanted = await page.evaluate(() => [...document.querySelectorAll('a[href], button, select, summary, [tabindex="0"]')]
      .filter((one) => !one.disabled && (one.checkVisibility?.() ?? one.offsetParent)).length);
    const reached = new Set();
    for (let i = 0; i < wanted + 3; i++) {
      await page.keyboard.press('Tab');
      const now = await page.evaluate(() => {
        const one = document.activeElement;
        window.seen ??= new Map();
        if (!window.seen.has(one)) window.seen.set(one, window.seen.size);
        return { id: one === document.body ? null : window.seen.get(one), visible: getComputedStyle(one).outlineStyle !== 'none',
          name: one.getAttribute('aria-label') || one.textContent.trim() || one.labels?.[0]?.textContent, tag: one.tagName };
      });
      if (now.id === null) continue;
      reached.add(now.id);
      check(now.visible && now.name, `${view}: ${now.tag} "${now.name}" shows no focus or has no name`);
    }
    check(reached.size >= wanted, `${view}: the keyboard reaches ${reached.size} of ${wanted}`);
    await context.close();
  }
}

async function lost({ look, check }) {
  const { page, context } = await look();
  await shown(page, '.flow .value');
  await page.evaluate(() => { window.fetch = async () => { throw new Error('cut'); }; });
  await shown(page, '#lost');
  check((await page.locator('#lost').textContent()).includes('may be old'), 'old numbers are shown as if they were new');
  await context.close();
}

export const checks = { loads, charts, energy, onAPhone, motion, devices, kiosk, keyboard, lost };
