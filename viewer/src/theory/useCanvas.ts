import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** A canvas as wide as its place, drawn anew when an input changes; coordinates are CSS pixels. */
export function useCanvas(
  height: number, draw: (ctx: CanvasRenderingContext2D, width: number) => void, inputs: readonly unknown[],
): { canvas: RefObject<HTMLCanvasElement>; width: number } {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);

  useLayoutEffect(() => {
    const place = canvas.current!.parentElement!;
    const measure = () => setWidth(Math.floor(place.clientWidth));
    const observer = new ResizeObserver(measure);
    observer.observe(place);
    measure();
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    const element = canvas.current!;
    const ctx = element.getContext('2d');
    if (!ctx || width === 0) return;
    const ratio = devicePixelRatio;
    element.width = Math.round(width * ratio);
    element.height = Math.round(height * ratio);
    element.style.width = `${width}px`;
    element.style.height = `${height}px`;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(ctx, width);
  }, [width, height, ...inputs]);

  return { canvas, width };
}
