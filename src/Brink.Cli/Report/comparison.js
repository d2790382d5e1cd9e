"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const hover = document.getElementById("hover");
  const shown = data.runs.map(() => true);

  // The legend switches runs on and off, in every chart.
  for (const button of document.querySelectorAll(".legend button")) {
    const run = Number(button.dataset.run);
    button.addEventListener("click", () => {
      shown[run] = !shown[run];
      button.setAttribute("aria-pressed", String(shown[run]));
      for (const part of document.querySelectorAll(`.run-${run}`)) {
        part.toggleAttribute("hidden", !shown[run]);
      }
    });
  }

  const nearest = (xs, x) => {
    let low = 0, high = xs.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (xs[middle] < x) low = middle + 1; else high = middle;
    }
    return low > 0 && x - xs[low - 1] < xs[low] - x ? low - 1 : low;
  };

  const text = (value) => {
    if (value === null) return "not finite";
    const size = Math.abs(value);
    return value !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(3) : String(Number(value.toPrecision(4)));
  };

  // One line a run at the iteration under the pointer: the recorded point nearest to it.
  for (const chart of data.charts) {
    const svg = document.getElementById(chart.id);
    const crosshair = svg.querySelector(".crosshair");
    const leave = () => { hover.hidden = true; crosshair.setAttribute("hidden", ""); };
    svg.addEventListener("pointerleave", leave);
    svg.addEventListener("pointermove", (event) => {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      const rows = [];
      let at = null;
      for (const series of chart.series) {
        if (!shown[series.run]) continue;
        const i = nearest(series.x, point.x);
        if (at === null || Math.abs(series.x[i] - point.x) < Math.abs(at - point.x)) at = series.x[i];
        rows.push([series, i]);
      }
      if (at === null) return leave();
      const table = document.createElement("table");
      for (const [series, i] of rows) {
        const row = table.insertRow();
        const swatch = document.querySelector(`.legend button[data-run="${series.run}"] svg`).cloneNode(true);
        row.insertCell().append(swatch, ` ${data.runs[series.run]}${series.label ? ` ${series.label}` : ""}`);
        row.insertCell().textContent = text(series.y[i]);
        row.insertCell().textContent = `at ${series.k[i]}`;
      }
      hover.replaceChildren(table);
      hover.hidden = false;
      const width = hover.offsetWidth, edge = document.documentElement.clientWidth;
      const left = event.pageX + 18 + width > edge ? event.pageX - width - 18 : event.pageX + 18;
      hover.style.left = `${Math.max(4, left)}px`;
      hover.style.top = `${event.pageY + 14}px`;
      crosshair.removeAttribute("hidden");
      for (const [name, value] of [["x1", at], ["x2", at], ["y1", chart.top], ["y2", chart.bottom]]) {
        crosshair.setAttribute(name, value);
      }
    });
  }
})();
