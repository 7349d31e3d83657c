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
  const unheard = await texts(page, '#view-energy .unheard');
  check(unheard.some((text) => /^\d.* of it unheard since/.test(text)), `what grew in three silent days is not told: ${unheard}`);
  check((await page.locator('#view-energy rect.is-unheard').count()) >= 1, 'what grew unheard looks like the rest');
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
    for (const view of ['now', 'charts', 'energy', 'devices', 'settings', 'log']) {
      await page.locator(`.tabs a[href="#${view}"]`).tap();
      await shown(page, { now: '.flow .value', charts: drawn(kit, '#view-charts'), energy: '#view-energy tbody tr', devices: '.device dd', settings: '#view-settings details', log: '#view-log .card' }[view]);
      await page.waitForTimeout(400);
      if (view === 'settings') await page.locator('#view-settings summary').first().tap();
      check(await fits(page), `${view} is wider than a screen of ${width}`);
      if (width === 360) await picture(page, `${view}-phone-${colorScheme}`, !['energy', 'devices', 'settings'].includes(view));
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

async function settings({ look, check, ask, picture, token, base }) {
  const { page, context } = await look({}, '#settings', undefined, /status of 401/);
  const sent = [];
  page.on('request', (request) => { if (request.method() === 'POST') sent.push(request); });
  const card = (name) => page.locator('#view-settings details', { has: page.locator('h3', { hasText: name }) });
  const rowOf = async (device, command) => {
    const all = (await ask('commands')).devices.find((one) => one.device === device).commands;
    const at = all.findIndex((one) => one.command === command);
    return card(device).locator('.setting').nth(at).locator('input, select');
  };
  const result = (device) => card(device).locator('.result');
  const dialog = page.locator('dialog');
  await shown(page, '#view-settings details');
  check((await texts(page, '#view-settings h3')).includes('south'), 'the device is not there');
  await card('east').locator('summary').click();
  check((await card('east').textContent()).includes('allow_tell = yes'), 'it is not said how to allow it');

  // A wrong token is refused, and asked for anew.
  await card('south').locator('summary').click();
  const now = async () => (await ask('board?device=south'))[0].values.battery_type?.said;
  await until('the kind of battery is known', async () => (await now()) !== undefined);
  const before = await now();
  const other = before === 'gel' ? 'sealed' : 'gel';
  const field = await rowOf('south', 'battery_type');
  await field.selectOption(other);
  const change = card('south').getByRole('button', { name: 'Change…' });
  await change.click();
  check((await dialog.textContent()).includes('Change south?') && (await dialog.locator('td').count()) === 2, 'the question does not say what changes');
  check(await dialog.getByRole('button', { name: 'Change south' }).isDisabled(), 'it can be told without a token');
  await dialog.getByLabel('Token').fill('not-the-token');
  await picture(page, 'settings-confirm', false);
  await dialog.getByRole('button', { name: 'Change south' }).click();
  await until('the wrong token is refused', async () => (await result('south').textContent()).includes('not the token'));
  check((await now()) === before, 'a wrong token changed something');

  // The right one: told, read back, and kept for the next time; never in the address.
  await change.click();
  await dialog.getByLabel('Token').fill(token);
  await dialog.getByRole('button', { name: 'Change south' }).click();
  await until('it is read back', async () => (await result('south').textContent()).includes('read back'));
  await until('the board has it', async () => (await now()) === other);
  check(sent.length === 2 && sent.every((one) => !one.url().includes(token)), `${sent.length} requests were sent`);
  check((await context.cookies()).length === 0 && !page.url().includes(token), 'the token got about');
  await until('the page shows it', async () => (await field.locator('xpath=ancestor::*[@class="setting"]//*[@class="number"]').textContent()) === other);

  // Dry, without another question; what cannot be is not even sent.
  await (await rowOf('south', 'battery_capacity')).fill('220');
  await card('south').getByRole('button', { name: 'Try it dry' }).click();
  await until('dry', async () => /^Dry run: would/.test(await result('south').textContent()));
  await (await rowOf('south', 'battery_capacity')).fill('99999');
  await change.click();
  await until('out of range', async () => /9,?999/.test(await result('south').textContent()));
  check(sent.length === 3, 'what cannot be was sent');
  await card('south').getByRole('button', { name: 'Leave it' }).click();

  // What leaves the house dark needs a tick of its own.
  await card('inverter').locator('summary').click();
  await (await rowOf('inverter', 'inverter_control')).selectOption('off');
  await card('inverter').getByRole('button', { name: 'Change…' }).click();
  const sure = dialog.getByRole('button', { name: 'Change inverter' });
  check(await sure.isDisabled(), 'the house can go dark by one click');
  await dialog.getByRole('checkbox').check();
  await picture(page, 'settings-power', false);
  await page.keyboard.press('Escape');
  await until('no question', async () => (await dialog.count()) === 0);
  check(sent.length === 3, 'what was cancelled was sent');
  await card('inverter').getByRole('button', { name: 'Leave it' }).click();
  await picture(page, 'settings-wide-light');

  // The token lasts as long as the tab.
  await page.reload();
  await shown(page, '#view-settings details');
  await page.getByRole('button', { name: 'Forget the token' }).click();
  check((await page.evaluate(() => sessionStorage.length)) === 0, 'the token is not forgotten');
  await context.close();

  // Where nothing may be told, a sentence says what to do.
  const closed = await look({}, '');
  await closed.page.route('**/api/v1/commands', async (route) => {
    const answer = await (await fetch(`${base}/api/v1/commands`)).json();
    await route.fulfill({ json: { ...answer, allowed: false, why: 'settings cannot be changed from here: put "allow_tell = yes" into [web]' } });
  });
  await closed.page.locator('.tabs a[href="#settings"]').click();
  await until('the sentence', async () => (await closed.page.locator('#view-settings').textContent()).includes('put "allow_tell = yes"'));
  check((await closed.page.locator('#view-settings form').count()) === 0, 'a form is shown though nothing may be told');
  await closed.context.close();
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

// What is the same five times in a row, 300 ms apart: all that was asked for is there.
async function standing(measure) {
  let last = null;
  for (let same = 0; same < 5;) {
    const now = await measure();
    same = now === last ? same + 1 : 1;
    last = now;
    await new Promise((done) => { setTimeout(done, 300); });
  }
  return last;
}

// Every control gets the focus in turn, shows it, and has a name.
async function keyboard({ look, check }) {
  for (const view of ['now', 'charts', 'energy', 'devices', 'settings', 'log']) {
    const { page, context } = await look({}, `#${view}`);
    await shown(page, `#view-${view} :is(button, a, summary, select):visible`);
    if (view === 'settings') await page.locator('#view-settings summary').first().click();
    const wanted = await standing(() => page.evaluate(() =>
      [...document.querySelectorAll('a[href], button, select, input, summary, [tabindex="0"]')]
        .filter((one) => !one.disabled && (one.checkVisibility?.() ?? one.offsetParent)).length));
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

export const checks = { loads, charts, energy, onAPhone, motion, devices, settings, kiosk, keyboard, lost };
