import { useEffect, useMemo, useState } from 'preact/hooks';
import { Chart } from '../chart/Chart';
import { ChartLink } from '../chart/link';
import type { ChartCurve } from '../chart/paint';
import { strokeOf } from '../chart/palette';
import { formatNumber } from '../curves/format';
import type { Spectrum } from '../source/types';
import { useTheme } from '../state/theme';
import { useLoaded, useSource } from './context';
import { DensityMap } from './DensityMap';

const columns = 400;
const quiet = 1500;

/** The spectrum of one run over time: the fan of its eigenvalues, density, trace, and gradients layer by layer. */
export function SpectrumCharts({ id }: { id: string }) {
  const source = useSource();
  const { value, problem, reload } = useLoaded(() => source.spectrum(id, columns), [source, id]);
  const link = useMemo(() => new ChartLink(), [id]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = source.watch((change) => {
      if (change.what !== 'everything' && change.id !== id) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        reload();
      }, quiet);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [source, id]);

  if (problem) {
    return (
      <p class="problem" role="alert">
        {problem}
      </p>
    );
  }
  if (!value) return <p class="soft">loading …</p>;
  const hasNothing = value.iterations.length === 0 && !value.trace && !value.layers && !value.density;
  if (hasNothing) {
    return (
      <p>
        This run followed no spectrum. Options that do: <code>--eigenvalues 20 --eigenvalues-every 10</code>, <code>--trace-every 10</code>,{' '}
        <code>--diagnostics-every 10</code>.
      </p>
    );
  }
  return (
    <div class="charts">
      {value.iterations.length > 0 && <Fan spectrum={value} link={link} />}
      {value.density && <DensityMap density={value.density} link={link} />}
      {value.trace && value.trace.iterations.length > 0 && <Trace trace={value.trace} link={link} />}
      {value.layers && value.layers.iterations.length > 0 && <Layers layers={value.layers} link={link} />}
    </div>
  );
}

/** Each eigenvalue a curve, positive and negative ones in their own colours; on a logarithmic axis their sizes. */
function Fan({ spectrum, link }: { spectrum: Spectrum; link: ChartLink }) {
  const { dark } = useTheme();
  const [logarithmic, setLogarithmic] = useState(false);
  const { iterations, level, outputs } = spectrum;
  const curves = useMemo(() => {
    const positive = strokeOf(0, dark).colour;
    const negative = strokeOf(1, dark).colour;
    const made: ChartCurve[] = [];
    const add = (lists: readonly (number | null)[][], name: (index: number) => string) => {
      const most = Math.max(0, ...lists.map((list) => list.length));
      for (let index = 0; index < most; index++) {
        const values = lists.map((list) => list[index] ?? null);
        const above = values.map((value) => (value !== null && value >= 0 ? value : null));
        const below = values.map((value) => (value !== null && value < 0 ? (logarithmic ? -value : value) : null));
        const label = name(index);
        if (above.some((value) => value !== null)) {
          made.push({ key: label, label, colour: positive, thin: index > 0, series: { x: iterations, y: above } });
        }
        if (below.some((value) => value !== null)) {
          made.push({ key: `${label}−`, label: logarithmic ? `−${label}` : label, colour: negative, thin: index > 0, dash: [4, 2], series: { x: iterations, y: below } });
        }
      }
    };
    add(spectrum.eigenvalues, (index) => `λ${subscript(index + 1)}`);
    add(spectrum.smallest, (index) => (index === 0 ? 'λ min' : `λ min + ${index}`));
    return made;
  }, [spectrum, dark, logarithmic]);
  const levels = useMemo(
    () => (level === undefined || level === null ? [] : [{ value: level, label: `2/K = ${formatNumber(level)}${outputs ? `, ${outputs}-fold in the flat region` : ''}` }]),
    [level, outputs],
  );
  return (
    <Chart title="Eigenvalues" symbol={logarithmic ? 'sizes; negative ones dashed' : 'negative ones dashed'} xLabel="iteration" curves={curves} levels={levels} link={link}
      logarithmic={logarithmic} onLogarithmic={setLogarithmic} height={320} />
  );
}

const subscript = (n: number) => String(n).replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]!);

function Trace({ trace, link }: { trace: NonNullable<Spectrum['trace']>; link: ChartLink }) {
  const { dark } = useTheme();
  const curves = useMemo((): ChartCurve[] => {
    const { iterations: x, values: y, errors } = trace;
    const shifted = (sign: number) => y.map((value, i) => (value === null ? null : value + sign * (errors[i] ?? 0)));
    return [{ key: 'trace', label: 'tr H ± standard error', ...strokeOf(0, dark), series: { x, y, low: shifted(-1), high: shifted(1) } }];
  }, [trace, dark]);
  return <Chart title="Trace of the Hessian" symbol="tr H ± standard error" xLabel="iteration" curves={curves} link={link} />;
}

/** Gradient norms layer by layer, and the last bias apart: in the flat region it alone keeps a gradient. */
function Layers({ layers, link }: { layers: NonNullable<Spectrum['layers']>; link: ChartLink }) {
  const { dark } = useTheme();
  const [logarithmic, setLogarithmic] = useState(true);
  const { iterations, names, norms, last_bias: lastBias, last_bias_ratio: ratio } = layers;
  const curves = useMemo(
    () => names.map((name, i): ChartCurve => ({ key: name, label: name, ...strokeOf(i, dark), series: { x: iterations, y: norms[i] ?? [] } })),
    [layers, dark],
  );
  const last = useMemo(() => {
    const made: ChartCurve[] = [];
    if (lastBias) made.push({ key: 'norm', label: '‖∇f‖ in the last bias', ...strokeOf(1, dark), series: { x: iterations, y: lastBias } });
    if (ratio) made.push({ key: 'ratio', label: 'over the median of the layers', ...strokeOf(0, dark), dash: [6, 3], series: { x: iterations, y: ratio } });
    return made;
  }, [layers, dark]);
  return (
    <>
      <Chart title="Gradient norm by parameter" symbol="‖∇f‖" xLabel="iteration" curves={curves} link={link} logarithmic={logarithmic} onLogarithmic={setLogarithmic} legend />
      {last.length > 0 && (
        <Chart title="The last bias" symbol="‖∇f‖, and its ratio to the layers' median" xLabel="iteration" curves={last} link={link} logarithmic={logarithmic} onLogarithmic={setLogarithmic} legend />
      )}
    </>
  );
}
