// A dial for the gauges: Grafana's library has none outside of its program. Value, words, colour and
// thresholds are what its field settings make of them.
import { formattedValueToString, type FieldDisplay, type GrafanaTheme2 } from '@grafana/data';

const SPAN = 240; // degrees, open below

function arc(radius: number, from: number, to: number): string {
  const point = (share: number) => {
    const angle = ((share * SPAN - SPAN / 2 - 90) * Math.PI) / 180;
    return `${(radius * Math.cos(angle)).toFixed(2)} ${(radius * Math.sin(angle)).toFixed(2)}`;
  };
  return `M ${point(from)} A ${radius} ${radius} 0 ${(to - from) * SPAN > 180 ? 1 : 0} 1 ${point(to)}`;
}

export function Dial({ value, theme, width, height }: {
  value: FieldDisplay; theme: GrafanaTheme2; width: number; height: number;
}) {
  const { min = 0, max = 100, thresholds } = value.field;
  const share = (at: number) => Math.max(0, Math.min(1, (at - min!) / (max! - min!)));
  const steps = thresholds!.steps;
  const size = Math.min(width / 2, height / 1.55);
  const ring = size * 0.2, outer = size * 0.955, inner = outer - ring / 2 - size * 0.06;
  return <svg width={width} height={height} viewBox={`${-width / 2} ${-size} ${width} ${height}`} fill="none">
    {steps.map((step, i) => {
      const from = share(i === 0 ? min! : step.value), to = share(steps[i + 1]?.value ?? max!);
      return to > from && <path key={i} d={arc(outer, from, to)} strokeWidth={size * 0.05}
        stroke={theme.visualization.getColorByName(step.color)} />;
    })}
    <path d={arc(inner, 0, 1)} stroke={theme.colors.background.secondary} strokeWidth={ring} />
    <path d={arc(inner, 0, Math.max(0.002, share(value.display.numeric)))} stroke={value.display.color} strokeWidth={ring} />
    <text textAnchor="middle" y={size * 0.14} fill={value.display.color} fontSize={size * 0.34}
      fontFamily={theme.typography.fontFamily} fontWeight={500}>{formattedValueToString(value.display)}</text>
  </svg>;
}
