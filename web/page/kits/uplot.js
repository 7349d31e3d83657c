// Charts by uPlot: the mean as a line, from the lowest to the highest as a band behind it, an axis a unit.
import { axisNumbers, momentsFor } from '../axes.js';
import { coloursOf, keepDrawn, library, unitsOf } from '../plotting.js';
import { addTouch } from '../touch.js';
import { zoneName } from '../zone.js';

// From zero where that wastes little room.
function yRange(plot, least, most) {
  if (least === null || most === null) return [0, 1];
  const low = least >= 0 && least < most * 0.6 ? 0 : least;
  const room = (most - low || Math.abs(most) || 1) * 0.08;
  return [low === 0 ? 0 : low - room, most + room];
}

function seriesOf(data, colour) {
  const series = [{}];
  const columns = [data.times];
  const bands = [];
  const percent = parseFloat(colour.named('--band'));
  for (const line of data.lines) {
    const own = colour.of(line);
    const fill = `color-mix(in srgb, ${own} ${percent}%, transparent)`;
    const common = { scale: `y${line.unit}`, points: { show: false } };
    series.push({ ...common, stroke: 'transparent', width: 0 }, { ...common, stroke: 'transparent', width: 0 });
    series.push({ ...common, stroke: own, width: line.isBefore ? 1.5 : 2, dash: line.isBefore ? [5, 4] : undefined,
      points: { show: (plot, i) => isSparse(plot.data[i]), size: 5 } });
    columns.push(line.low, line.high, line.mean);
    if (!line.isBefore) bands.push({ series: [series.length - 2, series.length - 3], fill });
  }
  return { series, columns, bands };
}

// So few that a line would hide where they are.
function isSparse(column) {
  return column.filter((value) => typeof value === 'number').length < 30;
}

function axesOf(data, colour) {
  const units = unitsOf(data);
  const common = { stroke: colour.named('--soft'), font: '12px system-ui, sans-serif', ticks: { show: false } };
  const scales = { x: { time: true, range: () => [data.from, data.to] } };
  const axes = [{ ...common, grid: { show: false }, space: 64, size: 32, values: momentsFor }];
  units.forEach((unit, i) => {
    scales[`y${unit}`] = { range: yRange };
    axes.push({ ...common, scale: `y${unit}`, side: i % 2 ? 1 : 3, size: 54, space: 38,
      grid: i ? { show: false } : { stroke: colour.named('--line'), width: 1 }, values: axisNumbers(unit) });
  });
  if (!units.length) scales.y = { range: [0, 1] };
  return { scales, axes };
}

export function makePlot(box, { onRange, onCursor }) {
  let plot = null;
  const kept = keepDrawn(box, draw, () => plot?.setSize({ width: box.clientWidth, height: box.clientHeight }));

  async function draw(data) {
    kept.take(data);
    const UPlot = await library((window) => window.uPlot);
    if (!kept.isLast(data)) return;
    const colour = coloursOf(box);
    const { series, columns, bands } = seriesOf(data, colour);
    const { scales, axes } = axesOf(data, colour);
    plot?.destroy();
    box.replaceChildren();
    plot = new UPlot({
      width: box.clientWidth, height: box.clientHeight, series, bands, scales, axes,
      tzDate: (at) => UPlot.tzDate(new Date(at * 1000), zoneName()),
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
    addTouch(plot, data, onRange);
  }
  return { draw };
}
