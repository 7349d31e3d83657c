// Charts by uPlot: the mean as a line, from the lowest to the highest as a band behind it, an axis a unit.
import { axisNumbers, momentsFor } from '../axes.js';
import { addTouch } from '../touch.js';

const lines = ['--pv', '--load', '--battery', '--grid'];

// Once, and only when something is to be drawn.
let ready = null;
function load() {
  ready ??= new Promise((done, fail) => {
    const from = (name) => new URL(`../vendor/${name}`, import.meta.url).href;
    const style = document.createElement('link');
    const script = document.createElement('script');
    Object.assign(style, { rel: 'stylesheet', href: from('chart.css') });
    Object.assign(script, { src: from('chart.js'), onload: () => done(window.uPlot), onerror: fail });
    document.head.append(style, script);
  });
  return ready;
}

function colours(box) {
  const style = getComputedStyle(box);
  return (name) => style.getPropertyValue(name).trim();
}

// From zero where that wastes little room.
function yRange(plot, least, most) {
  if (least === null || most === null) return [0, 1];
  const low = least >= 0 && least < most * 0.6 ? 0 : least;
  const room = (most - low || Math.abs(most) || 1) * 0.08;
  return [low === 0 ? 0 : low - room, most + room];
}

function seriesOf(data, colour, u) {
  const series = [{}];
  const columns = [data.times];
  const bands = [];
  const percent = parseFloat(colour('--band'));
  for (const line of data.lines) {
    const own = colour(lines[line.own % lines.length]);
    const fill = `color-mix(in srgb, ${own} ${percent}%, transparent)`;
    const common = { scale: `y${line.unit}`, points: { show: false } };
    series.push({ ...common, stroke: 'transparent', width: 0 }, { ...common, stroke: 'transparent', width: 0 });
    series.push({ ...common, stroke: own, width: line.shiftMs ? 1.5 : 2, dash: line.shiftMs ? [5, 4] : undefined,
      points: { show: (plot, i) => isSparse(plot.data[i]), size: 5 } });
    columns.push(line.low, line.high, line.mean);
    if (!line.shiftMs) bands.push({ series: [series.length - 2, series.length - 3], fill });
  }
  return { series, columns, bands };
}

// So few that a line would hide where they are.
function isSparse(column) {
  return column.filter((value) => typeof value === 'number').length < 30;
}

function axesOf(data, colour) {
  const units = [...new Set(data.lines.map((line) => line.unit))];
  const common = { stroke: colour('--soft'), font: '12px system-ui, sans-serif', ticks: { show: false } };
  const scales = { x: { time: true, range: () => [data.from, data.to] } };
  const axes = [{ ...common, grid: { show: false }, space: 64, size: 32, values: momentsFor }];
  units.forEach((unit, i) => {
    scales[`y${unit}`] = { range: yRange };
    axes.push({ ...common, scale: `y${unit}`, side: i % 2 ? 1 : 3, size: 54, space: 38,
      grid: i ? { show: false } : { stroke: colour('--line'), width: 1 }, values: axisNumbers(unit) });
  });
  if (!units.length) scales.y = { range: [0, 1] };
  return { scales, axes };
}

export function makePlot(box, { onRange, onCursor }) {
  let plot = null;
  let last = null;

  async function draw(data) {
    last = data;
    const UPlot = await load();
    if (last !== data) return;
    const colour = colours(box);
    const { series, columns, bands } = seriesOf(data, colour);
    const { scales, axes } = axesOf(data, colour);
    plot?.destroy();
    box.replaceChildren();
    plot = new UPlot({
      width: box.clientWidth, height: box.clientHeight, series, bands, scales, axes,
      padding: [10, axes.length > 2 ? 0 : 22, 0, 0], legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
      hooks: {
        setSelect: [(u) => {
          if (u.select.width > 5) onRange(u.posToVal(u.select.left, 'x') * 1000, u.posToVal(u.select.left + u.select.width, 'x') * 1000);
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        }],
        setCursor: [(u) => onCursor(u.cursor.idx)],
      },
    }, columns, box);
    addTouch(plot, last, onRange);
  }
  new ResizeObserver(() => {
    if (plot && box.clientWidth) plot.setSize({ width: box.clientWidth, height: box.clientHeight });
  }).observe(box);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => last && draw(last));
  return { draw };
}
