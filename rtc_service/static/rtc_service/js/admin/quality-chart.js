/**
 * The pointer over the quality charts: one line through all of them, and the values at that moment beside each title.
 * The charts themselves are drawn by the server; without this file only the pointer is missing.
 */

/**
 * @typedef {{start: number, end: number, left: number, right: number, keys: string[], series: Array<Array<[number, ...string[]]>>}} Data
 */

/**
 * The row nearest in time, or null when the side measured nothing around it.
 * @param {Array<[number, ...string[]]>} rows  in time order
 * @param {number} at  seconds
 */
function nearest(rows, at) {
  let best = null;
  for (const row of rows) {
    if (best === null || Math.abs(row[0] - at) < Math.abs(best[0] - at)) best = row;
  }
  return best && Math.abs(best[0] - at) < 30 ? best : null;
}

/** @param {HTMLElement} box */
function enliven(box) {
  const source = document.getElementById(box.dataset.rtcCharts ?? "");
  if (!source) return;
  /** @type {Data} */
  const data = JSON.parse(source.textContent ?? "{}");
  const charts = Array.from(box.querySelectorAll("[data-rtc-key]")).map((figure) => ({
    column: data.keys.indexOf(/** @type {HTMLElement} */ (figure).dataset.rtcKey ?? "") + 1,
    svg: /** @type {SVGSVGElement} */ (figure.querySelector("svg")),
    cursor: /** @type {SVGLineElement} */ (figure.querySelector(".rtc-cursor")),
    values: /** @type {HTMLElement[]} */ (Array.from(figure.querySelectorAll("[data-rtc-median]"))),
  }));

  /** @param {number} at  seconds since the request */
  const show = (at) => {
    const rows = data.series.map((series) => nearest(series, at));
    const x = data.left + ((at - data.start) / (data.end - data.start || 1)) * (data.right - data.left);
    for (const chart of charts) {
      chart.cursor.setAttribute("x1", String(x));
      chart.cursor.setAttribute("x2", String(x));
      chart.cursor.setAttribute("visibility", "visible");
      chart.values.forEach((value, index) => {
        const row = rows[index];
        value.textContent = row ? String(row[chart.column]) : "–";
      });
    }
  };
  const clear = () => {
    for (const chart of charts) {
      chart.cursor.setAttribute("visibility", "hidden");
      for (const value of chart.values) value.textContent = value.dataset.rtcMedian ?? "";
    }
  };

  for (const chart of charts) {
    chart.svg.addEventListener("pointermove", (event) => {
      const frame = chart.svg.getBoundingClientRect();
      const x = ((event.clientX - frame.left) / frame.width) * chart.svg.viewBox.baseVal.width;
      const share = Math.min(1, Math.max(0, (x - data.left) / (data.right - data.left)));
      show(data.start + share * (data.end - data.start));
    });
    chart.svg.addEventListener("pointerleave", clear);
  }
}

addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll("[data-rtc-charts]")) enliven(/** @type {HTMLElement} */ (box));
});
