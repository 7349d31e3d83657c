// The house as it is now, out of the catalogue's roles and headlines. No metric is known by name.

export const roles = {
  pv: { title: 'Panels', plus: 'making power', minus: '', rest: 'making nothing' },
  battery: { title: 'Battery', plus: 'charging', minus: 'discharging', rest: 'resting' },
  load: { title: 'Load', plus: 'consuming', minus: 'giving back', rest: 'consuming nothing' },
  grid: { title: 'Grid', plus: 'taking', minus: 'feeding in', rest: 'idle' },
};
const IDLE_W = 3; // less than this flows nowhere

export function bookOf(catalogue) {
  return new Map(catalogue.map((metric) => [metric.metric, metric]));
}

// Null when somebody who says it is silent: a total without him is none. Undefined: nobody says it.
function total(values, wanted) {
  const found = wanted.filter((metric) => metric.metric in values).map((metric) => values[metric.metric].value);
  if (!found.length) return undefined;
  return found.includes(null) ? null : found.reduce((sum, value) => sum + value, 0);
}

function difference(plus, minus) {
  if (plus === undefined && minus === undefined) return undefined;
  return plus === null || minus === null ? null : (plus ?? 0) - (minus ?? 0);
}

function partOf(book, values, role) {
  const mine = [...book.values()].filter((metric) => metric.role === role);
  const headed = (headline) => mine.filter((metric) => metric.headline === headline);
  const net = total(values, headed('power'));
  const power = net === undefined ? difference(total(values, headed('plus')), total(values, headed('minus'))) : net;
  return { role, power, level: total(values, headed('level')), voltage: total(values, headed('voltage')) };
}

export function way(power) {
  if (power === null || power === undefined) return null;
  return Math.abs(power) < IDLE_W ? 'rest' : power > 0 ? 'plus' : 'minus';
}

export function partsOf(book, device) {
  const parts = Object.keys(roles).map((role) => partOf(book, device?.values ?? {}, role));
  return Object.fromEntries(parts.map((part) => [part.role, part]));
}

// Words for one part: "charging, 86 %"
export function wordsFor(part) {
  const direction = way(part.power);
  return direction ? roles[part.role][direction] : part.power === null ? 'not known now' : '';
}

// Who stands for the whole house: a group if there is one, else whoever says most.
export function pickHouse(book, board, devices, wish) {
  const groups = new Set(devices.filter((device) => device.is_group).map((device) => device.device));
  const worth = (device) => {
    const said = Object.values(partsOf(book, device)).filter((part) => part.power !== undefined).length;
    return said + (groups.has(device.device) ? 10 : 0);
  };
  const best = [...board].sort((a, b) => worth(b) - worth(a))[0];
  return board.find((device) => device.device === wish) ?? best;
}

// All that somebody should know of: silent units, alarms in their own words, trouble of the program.
export function warningsOf(book, board, devices, health, sinks) {
  const warnings = [];
  for (const device of devices) {
    if (device.is_group) continue;
    if (device.state === 'fault') warnings.push({ who: device.device, text: device.trouble || 'not reachable', grave: true });
    if (device.state === 'stale') warnings.push({ who: device.device, text: `silent${device.trouble ? ': ' + device.trouble : ''}`, grave: true });
    if (device.state === 'unheard') warnings.push({ who: device.device, text: 'has not been heard yet', grave: false });
  }
  const groups = new Set(devices.filter((device) => device.is_group).map((device) => device.device));
  for (const device of board) {
    if (groups.has(device.device)) continue;
    for (const [name, said] of Object.entries(device.values)) {
      const metric = book.get(name);
      if (metric?.headline !== 'alarm' || !said.value) continue;
      warnings.push({ who: device.device, text: said.said || metric.help.toLowerCase(), grave: true });
    }
  }
  if (health?.trouble) warnings.push({ who: 'helio', text: health.trouble, grave: true });
  for (const sink of sinks ?? []) {
    if (sink.alarm) warnings.push({ who: sink.sink, text: sink.trouble || 'does not take readings', grave: false });
  }
  return warnings;
}
