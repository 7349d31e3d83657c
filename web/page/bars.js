// Bars of a table: a group a date, a bar a counter. The table beside it says the same in words.
const SVG = 'http://www.w3.org/2000/svg';
const [HIGH, LEFT, BELOW, ABOVE] = [208, 34, 20, 24];

function draw(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text) made.textContent = text;
  return made;
}

// 1, 2 or 5 of something, so that about four lines are enough
function stepFor(most) {
  const rough = most / 4;
  const ten = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((part) => part * ten).find((step) => step >= rough);
}

function short(date) {
  const parts = date.split('-').map(Number);
  if (parts.length === 3) return new Date(parts[0], parts[1] - 1, parts[2]).toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
  return parts.length === 2 ? new Date(parts[0], parts[1] - 1, 1).toLocaleDateString(undefined, { month: 'short' }) : date;
}

// Columns that have nothing to show would only make the others thin: there nothing was ever counted.
const LEAST = 0.005;
export function filled(table, metrics) {
  const kept = metrics.map((_, k) => k).filter((k) => table.some((row) => row.values[k] >= LEAST));
  const columns = kept.length ? kept : metrics.map((_, k) => k);
  return { own: columns.map((k) => metrics[k]), rows: table.map((row) => ({ ...row,
    values: columns.map((k) => row.values[k]), unseen: columns.map((k) => row.unseen[k]) })) };
}

export function drawBars(all, allMetrics, toneOf) {
  const { own: metrics, rows: table } = filled(all, allMetrics);
  const width = document.getElementById('main').clientWidth - 66;
  const svg = draw('svg', { class: 'bars', viewBox: `0 0 ${width} ${HIGH}`, 'aria-hidden': 'true', preserveAspectRatio: 'xMinYMid' });
  const most = Math.max(0.001, ...table.flatMap((row) => row.values.filter((value) => value !== null)));
  const step = stepFor(most);
  const top = Math.ceil(most / step) * step;
  const y = (value) => HIGH - BELOW - (value / top) * (HIGH - BELOW - ABOVE);
  const form = new Intl.NumberFormat(undefined, { maximumFractionDigits: 3 });
  for (let value = 0; value <= top + step / 2; value += step) {
    svg.append(draw('line', { x1: LEFT, x2: width, y1: y(value), y2: y(value) }));
    svg.append(draw('text', { x: LEFT - 6, y: y(value) + 4, 'text-anchor': 'end' }, form.format(value)));
  }
  svg.append(draw('text', { x: LEFT - 6, y: 9, 'text-anchor': 'end' }, allMetrics[0].unit));
  const group = (width - LEFT) / Math.max(table.length, 5);
  const bar = Math.min(18, (group * 0.78) / Math.max(1, metrics.length));
  const every = Math.ceil(52 / group);
  table.forEach((row, i) => {
    const middle = LEFT + group * (i + 0.5);
    row.values.forEach((value, k) => {
      if (!value) return;
      const seen = value - (row.unseen[k]?.grown ?? 0);
      const piece = (low, high, more) => svg.append(draw('rect', { class: `of-${metrics[k].role} tone-${toneOf(metrics, k)}${more}`,
        x: middle + (k - metrics.length / 2) * bar, y: y(high), width: Math.max(1, bar - 0.6), height: Math.max(0.5, y(low) - y(high)), rx: Math.min(2, bar / 4) }));
      piece(0, seen, '');
      if (seen < value) piece(seen, value, ' is-unheard');
    });
    if ((table.length - 1 - i) % every === 0) svg.append(draw('text', { x: Math.min(middle, width - 20), y: HIGH - 5, 'text-anchor': 'middle' }, short(row.date)));
  });
  return svg;
}
