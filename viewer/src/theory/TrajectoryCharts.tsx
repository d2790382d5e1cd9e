import { useMemo, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { Chart } from '../chart/Chart';
import { ChartLink } from '../chart/link';
import { strokeOf } from '../chart/palette';
import { useTheme, type Theme } from '../state/theme';
import type { TheoryChart, Trajectory } from './types';

const phaseNames: Record<string, string> = {
  progressive_sharpening: 'progressive sharpening', edge_of_stability: 'edge of stability', convergence: 'convergence',
};

/** Sharpness, loss and variables against the iteration, with one cursor and zoom. */
export function TrajectoryCharts({ trajectory }: { trajectory: Trajectory }) {
  const link = useMemo(() => new ChartLink(), [trajectory.model]);
  const order = ['sharpness', 'loss', 'trajectory'];
  const charts = order.flatMap((name) => trajectory.charts.filter((chart) => chart.name === name));
  return (
    <>
      {charts.map((chart) => (
        <TheoryCurves key={chart.name} chart={chart} phases={trajectory.phases} link={link} />
      ))}
    </>
  );
}

function TheoryCurves({ chart, phases, link }: { chart: TheoryChart; phases?: Record<string, number>; link: ChartLink }) {
  const theme = useTheme();
  const [logarithmic, setLogarithmic] = useState(chart.logarithmic);
  const curves = useMemo(
    () => chart.lines.map(({ name, label, series }, k) => ({ key: name, label, series, ...strokeOf(k, theme.dark) })),
    [chart, theme],
  );
  const underlay = useMemo(() => (u: uPlot) => drawPhases(u, phases ?? {}, theme), [phases, theme]);
  return (
    <Chart
      title={chart.title} xLabel="iteration" curves={curves} levels={chart.levels} logarithmic={logarithmic} onLogarithmic={setLogarithmic}
      link={link} height={230} underlay={underlay}
    >
      <ul class="theory-legend">
        {curves.map(({ key, label, colour, dash }) => (
          <li key={key}>
            <svg width="22" height="10" aria-hidden="true">
              <line x1="0" x2="22" y1="5" y2="5" stroke={colour} stroke-width="3" stroke-dasharray={dash.join(' ')} />
            </svg>
            {label}
          </li>
        ))}
      </ul>
    </Chart>
  );
}

/** A line, with its name, where each phase begins. */
function drawPhases(u: uPlot, phases: Record<string, number>, theme: Theme) {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${11.5 * ratio}px system-ui, sans-serif`;
  ctx.textBaseline = 'bottom';
  ctx.textAlign = 'left';
  ctx.fillStyle = ctx.strokeStyle = theme.soft;
  ctx.lineWidth = ratio;
  const begun = Object.entries(phases).sort((a, b) => a[1] - b[1]);
  for (const [k, [name, iteration]] of begun.entries()) {
    const left = u.valToPos(iteration, 'x', true);
    const next = begun[k + 1];
    const right = Math.min(bbox.left + bbox.width, next ? u.valToPos(next[1], 'x', true) : Infinity);
    if (right < bbox.left || left > bbox.left + bbox.width) continue;
    if (left > bbox.left) {
      ctx.setLineDash([2 * ratio, 3 * ratio]);
      ctx.beginPath();
      ctx.moveTo(left, bbox.top);
      ctx.lineTo(left, bbox.top + bbox.height);
      ctx.stroke();
    }
    const text = phaseNames[name] ?? name;
    const from = Math.max(left, bbox.left) + 4 * ratio;
    if (from + ctx.measureText(text).width < right) ctx.fillText(text, from, bbox.top + bbox.height - 3 * ratio);
  }
  ctx.restore();
}
