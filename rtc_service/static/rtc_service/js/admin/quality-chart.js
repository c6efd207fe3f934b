/**
 * The quality charts of a call: one per metric, all parties in it, one pointer and one zoom through all of them.
 * Without this file the table below the charts says the same.
 *
 * @typedef {import("./plot-types.js").Data} Data
 */

import { clockWords } from "./plot-data.js";
import { drawChart } from "./plot.js";
import { readTheme, watchTheme } from "./plot-theme.js";

/** How far the pointer may be from a mark to read it, in pixels. */
const NEAR = 6;

/** @param {HTMLElement} box */
function enliven(box) {
  const source = document.getElementById(box.dataset.rtcCharts ?? "");
  if (!source) return;
  /** @type {Data} */
  const data = JSON.parse(source.textContent ?? "{}");
  const readout = /** @type {HTMLElement} */ (box.querySelector("[data-rtc-readout]"));
  const time = /** @type {HTMLElement} */ (box.querySelector("[data-rtc-time]"));
  const marks = /** @type {HTMLElement} */ (box.querySelector("[data-rtc-marks]"));
  const whole = /** @type {HTMLButtonElement} */ (box.querySelector("[data-rtc-whole]"));
  const hint = marks.textContent;
  let theme = readTheme(box);

  const charts = Array.from(box.querySelectorAll("[data-rtc-key]")).map((figure) => {
    const values = /** @type {HTMLElement[]} */ (Array.from(figure.querySelectorAll("[data-rtc-median]")));
    const { digits } = data.metrics[/** @type {HTMLElement} */ (figure).dataset.rtcKey ?? ""];
    return drawChart({
      data,
      key: /** @type {HTMLElement} */ (figure).dataset.rtcKey ?? "",
      place: /** @type {HTMLElement} */ (figure.querySelector(".rtc-plot")),
      theme: () => theme,
      onPoint: (numbers) => {
        values.forEach((value, index) => {
          const number = numbers?.[index] ?? null;
          value.textContent = numbers ? (number?.toFixed(digits) ?? "–") : (value.dataset.rtcMedian ?? "");
        });
      },
      onPointer: (at, secondsPerPixel) => tell(at, secondsPerPixel),
      onZoom: (min, max) => zoom(min, max),
    });
  });

  /** @param {number|null} at  @param {number} secondsPerPixel */
  const tell = (at, secondsPerPixel) => {
    time.textContent = at === null ? "" : clockWords(at);
    const near = at === null ? [] : data.marks.filter((mark) => Math.abs(mark.at - at) <= NEAR * secondsPerPixel);
    marks.textContent = at === null ? hint : near.map((mark) => `${clockWords(mark.at)} ${mark.text}`).join(" · ");
  };
  /** @param {number} min  @param {number} max */
  const zoom = (min, max) => {
    whole.hidden = min <= data.start && max >= data.end;
    for (const chart of charts) chart.zoom(min, max);
  };
  whole.addEventListener("click", () => zoom(data.start, data.end));
  watchTheme(() => {
    theme = readTheme(box);
    for (const chart of charts) chart.redraw();
  });
  readout.hidden = false;
  /** @type {HTMLElement} */ (box.querySelector("[data-rtc-undrawn]")).hidden = true;
}

for (const box of document.querySelectorAll("[data-rtc-charts]")) enliven(/** @type {HTMLElement} */ (box));
