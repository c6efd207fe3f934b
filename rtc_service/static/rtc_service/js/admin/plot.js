/**
 * One chart of one metric, drawn by uPlot (../../vendor/uplot).
 *
 * @typedef {import("./plot-types.js").Data} Data
 * @typedef {object} Wanted
 * @property {Data} data
 * @property {string} key  of the metric
 * @property {HTMLElement} place
 * @property {() => import("./plot-types.js").Theme} theme
 * @property {(numbers: Array<number|null>|null) => void} onPoint  the values under the pointer, one per party; null: no pointer
 * @property {(at: number|null, secondsPerPixel: number) => void} onPointer  of this chart only, seconds
 * @property {(min: number, max: number) => void} onZoom
 */

import uPlot from "../../vendor/uplot/uPlot.esm.js";
import { clockWords, closeGaps, lonely, nearest } from "./plot-data.js";
import { drawBands, drawMarks } from "./plot-marks.js";

const HEIGHT = 168;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const GROUP = "rtc-quality";

/**
 * @param {Wanted} wanted
 * @returns {{zoom(min: number, max: number): void, redraw(): void}}
 */
export function drawChart({ data, key, place, theme, onPoint, onPointer, onZoom }) {
  const { least } = data.metrics[key];
  const [times, ...lines] = uPlot.join(data.series.map((line) => [line.at, line.values[key]]));
  const table = /** @type {any} */ ([times, ...lines.map((line) => closeGaps(Array.from(/** @type {any} */ (line))))]);
  place.classList.add("rtc-live");

  const chart = new uPlot(
    {
      width: Math.max(place.clientWidth, 160),
      height: HEIGHT,
      padding: [16, 20, 0, 0], // the words of marks above, half of the last time on the right
      legend: { show: false },
      focus: { alpha: 1 },
      scales: {
        x: { time: false, min: data.start, max: data.end },
        y: { range: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ top) => [0, Math.max(least, (top ?? 0) * 1.08)] },
      },
      axes: [
        axis(theme, { incrs: STEPS, space: 56, size: 26, values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map(clockWords) }),
        axis(theme, { space: 30, size: 40 }),
      ],
      series: [{}, ...data.series.map((line) => series(line.index, theme))],
      cursor: {
        y: false,
        sync: { key: GROUP, scales: ["x", null], filters: { pub: (/** @type {string} */ type) => !/^mouse(down|up)|click$/.test(type) } },
        drag: { x: true, y: false, dist: 6, setScale: true },
        bind: {
          dblclick: () => () => {
            onZoom(data.start, data.end);
            return null;
          },
        },
        dataIdx: (/** @type {any} */ u, /** @type {number} */ side, /** @type {number} */ index, /** @type {number} */ at) =>
          side === 0 ? index : nearest(u.data[side], u.data[0], index, at),
      },
      hooks: {
        drawClear: [(/** @type {any} */ u) => drawBands(u, data.bands, data.end, theme())],
        draw: [(/** @type {any} */ u) => drawMarks(u, data.marks, theme())],
        setScale: [(/** @type {any} */ u, /** @type {string} */ scale) => scale === "x" && u.scales.x.min !== null && onZoom(u.scales.x.min, u.scales.x.max)],
        setCursor: [(/** @type {any} */ u) => pointed(u, onPoint, onPointer)],
      },
    },
    table,
    place,
  );
  new ResizeObserver(() => {
    if (place.clientWidth && place.clientWidth !== chart.width) chart.setSize({ width: place.clientWidth, height: HEIGHT });
  }).observe(place);

  return {
    zoom(min, max) {
      const { x } = chart.scales;
      if (x.min !== min || x.max !== max) chart.setScale("x", { min, max });
    },
    redraw: () => chart.redraw(false, true),
  };
}

/**
 * @param {() => import("./plot-types.js").Theme} theme
 * @param {object} own
 */
function axis(theme, own) {
  const grid = { stroke: () => theme().grid, width: 1 };
  return { stroke: () => theme().text, font: `11px ${theme().font}`, grid, ticks: { ...grid, size: 4 }, gap: 3, ...own };
}

/**
 * @param {number} index  of the colour
 * @param {() => import("./plot-types.js").Theme} theme
 */
function series(index, theme) {
  const colour = () => theme().lines[index % 4];
  return {
    stroke: colour,
    width: 1.6,
    points: {
      show: true,
      size: 5,
      fill: colour,
      filter: (/** @type {any} */ u, /** @type {number} */ side) => {
        const [from, to] = u.series[0].idxs ?? [0, u.data[0].length - 1];
        return lonely(u.data[side], from, to);
      },
    },
  };
}

/**
 * @param {any} u
 * @param {Wanted["onPoint"]} onPoint
 * @param {Wanted["onPointer"]} onPointer
 */
function pointed(u, onPoint, onPointer) {
  const away = u.cursor.left === undefined || u.cursor.left < 0;
  onPoint(away ? null : u.data.slice(1).map((/** @type {any} */ values, /** @type {number} */ side) => {
    const index = u.cursor.idxs?.[side + 1];
    return index === null || index === undefined ? null : (values[index] ?? null);
  }));
  // The other charts are moved along by the one that the pointer is over; it alone speaks.
  if (!away && !u.over.matches(":hover")) return;
  const perPixel = (u.scales.x.max - u.scales.x.min) / Math.max(u.over.clientWidth, 1);
  onPointer(away ? null : u.posToVal(u.cursor.left, "x"), perPixel);
}
