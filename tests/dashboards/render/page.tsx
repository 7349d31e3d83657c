// Some panels of the dashboard, drawn by Grafana's own components from a database's answers.
import { createRoot } from 'react-dom/client';
import {
  applyFieldOverrides, createTheme, dateTime, FieldConfigOptionsRegistry, FieldType, getFieldDisplayValues,
  ThemeContext, toDataFrame, type DataFrame, type FieldConfigPropertyItem, type TimeRange,
} from '@grafana/data';
import { BigValue, GlobalStyles, PanelChrome, TimeSeries } from '@grafana/ui';
import answers from 'answers';
import dashboard from 'dashboard';
import { Dial } from './dial';

type Answer = { series: Record<string, Record<string, number>>; begin: number; to: number; step: number };

const ROWS = [[4, 22, 20, 29, 33, 34, 40, 41], [17, 42], [43, 14], [48, 49, 50]];
const CELL = 30, MARGIN = 8, WIDTH = 1440, EDGE = 12;
const theme = createTheme({ colors: { mode: 'dark' } });

// What of a field may be set, and how: Grafana fills this list in the program, not in the library.
const properties = ['unit', 'decimals', 'min', 'max', 'color', 'thresholds', 'mappings', 'displayName',
  'custom.transform', 'custom.axisPlacement', 'custom.hidden'];
const styles = ['drawStyle', 'lineWidth', 'spanNulls', 'fillOpacity', 'gradientMode', 'showPoints', 'barAlignment',
  'lineInterpolation', 'axisSoftMin', 'axisSoftMax', 'stacking', 'thresholdsStyle'].map((name) => `custom.${name}`);
const registry = new FieldConfigOptionsRegistry(() => [...properties, ...styles].map((id) => ({
  id, name: id, path: id.replace('custom.', ''), isCustom: id.startsWith('custom.'),
  editor: () => null, override: () => null, shouldApply: () => true,
  process: (value, context) => typeof value === 'string'
    ? value.replace('${__field.labels.device}', context.field?.labels?.device ?? '') : value,
}) as FieldConfigPropertyItem));

function framesOf(panel: any): DataFrame[] {
  const asked: Record<string, Answer> = (answers as any)[panel.id];
  const frames = Object.entries(asked).flatMap(([refId, answer]) =>
    Object.entries(answer.series).map(([device, said]) => {
      let times = Object.keys(said).map(Number).sort((a, b) => a - b);
      if (times.length > 1 && !panel.timeFrom) { // windows nobody spoke in are there, and empty
        times = Array.from({ length: (times.at(-1)! - times[0]) / answer.step + 1 }, (_, i) => times[0] + i * answer.step);
      }
      return toDataFrame({ refId, fields: [
        { name: 'Time', type: FieldType.time, values: times },
        { name: 'Value', type: FieldType.number, labels: { device }, values: times.map((at) => said[at] ?? null) },
      ] });
    }));
  return applyFieldOverrides({
    data: frames, fieldConfig: panel.fieldConfig, theme, fieldConfigRegistry: registry,
    replaceVariables: (text) => text, timeZone: 'Europe/Sofia',
  });
}

function Values({ panel, width, height }: { panel: any; width: number; height: number }) {
  const values = getFieldDisplayValues({
    data: framesOf(panel), reduceOptions: panel.options.reduceOptions, fieldConfig: panel.fieldConfig, theme,
    replaceVariables: (text) => text,
  });
  if (panel.type === 'gauge') {
    return <Dial value={values[0]} theme={theme} width={width} height={height} />;
  }
  const part = width / values.length;
  return <div style={{ display: 'flex' }}>
    {values.map((value, i) => <BigValue key={i} theme={theme} width={part} height={height}
      value={values.length > 1 ? value.display : { ...value.display, title: '' }}
      colorMode={panel.options.colorMode} graphMode={panel.options.graphMode} justifyMode={panel.options.justifyMode}
      textMode={panel.options.textMode} count={values.length} />)}
  </div>;
}

function Lines({ panel, width, height }: { panel: any; width: number; height: number }) {
  const { begin, to } = Object.values((answers as any)[panel.id])[0] as Answer;
  const range: TimeRange = { from: dateTime(begin), to: dateTime(to), raw: { from: dateTime(begin), to: dateTime(to) } };
  return <TimeSeries frames={framesOf(panel)} width={width} height={height} timeRange={range} timeZone="Europe/Sofia"
    legend={{ showLegend: true, ...panel.options.legend }} options={{}} />;
}

function Panel({ panel, top, rows }: { panel: any; top: number; rows: number }) {
  const unit = (WIDTH - 2 * EDGE + MARGIN) / 24;
  const width = Math.round(panel.gridPos.w * unit - MARGIN), height = rows * (CELL + MARGIN) - MARGIN;
  const Inner = panel.type === 'timeseries' ? Lines : Values;
  return <div style={{ position: 'absolute', left: EDGE + panel.gridPos.x * unit, top, width, height }}>
    <PanelChrome title={panel.title} width={width} height={height}>
      {(w, h) => <Inner panel={panel} width={w} height={h} />}
    </PanelChrome>
  </div>;
}

function Page() {
  let top = EDGE;
  const drawn = ROWS.flatMap((ids) => {
    const panels = ids.map((id) => (dashboard as any).panels.find((panel: any) => panel.id === id));
    const first = Math.min(...panels.map((panel) => panel.gridPos.y));
    const high = Math.max(...panels.map((panel) => panel.gridPos.y - first + panel.gridPos.h));
    const row = panels.map((panel) => {
      const below = panel.gridPos.y - first;
      const rows = panel.gridPos.h < high && ids.length === 2 ? high : panel.gridPos.h;
      return <Panel key={panel.id} panel={panel} top={top + below * (CELL + MARGIN)} rows={rows} />;
    });
    top += high * (CELL + MARGIN);
    return row;
  });
  return <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    <div id="dashboard" style={{ position: 'relative', width: WIDTH, height: top + EDGE - MARGIN,
      background: theme.colors.background.canvas }}>{drawn}</div>
  </ThemeContext.Provider>;
}

createRoot(document.getElementById('root')!).render(<Page />);
