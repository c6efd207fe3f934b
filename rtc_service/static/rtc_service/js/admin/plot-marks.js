/**
 * What stands behind and over the lines of a chart: the times without packets, and the call's events as vertical lines.
 * Pure but for the canvas that is handed in.
 *
 * @typedef {import("./plot-types.js").Mark} Mark
 */

const GAP = 6; // between two words, in CSS pixels
const SIZE = 10;

/**
 * Which marks get their word: from the left, each one that has room after the last. What went wrong comes first.
 * @param {Array<{x: number, width: number, tone: string}>} marks  in CSS pixels, in time order
 * @param {number} right  the end of the chart
 * @returns {boolean[]}
 */
export function withWords(marks, right) {
  const shown = marks.map(() => false);
  /** @type {Array<[number, number]>} */
  const taken = [];
  const place = (/** @type {boolean} */ urgent) => {
    marks.forEach((mark, index) => {
      if ((mark.tone === "warn" || mark.tone === "bad") !== urgent) return;
      const [from, to] = [mark.x, mark.x + mark.width + GAP];
      if (to > right + GAP || taken.some(([start, end]) => from < end && to > start)) return;
      shown[index] = true;
      taken.push([from, to]);
    });
  };
  place(true);
  place(false);
  return shown;
}

/**
 * @param {any} u  a uPlot
 * @param {Array<[number, number|null]>} bands  seconds
 * @param {number} end  of the call's measurements, seconds
 * @param {import("./plot-types.js").Theme} theme
 */
export function drawBands(u, bands, end, theme) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.globalAlpha = 0.16;
  ctx.fillStyle = theme.band;
  for (const [from, to] of bands) {
    const left = Math.max(u.valToPos(from, "x", true), bbox.left);
    const right = Math.min(u.valToPos(to ?? end, "x", true), bbox.left + bbox.width);
    if (right > bbox.left && left < bbox.left + bbox.width) {
      ctx.fillRect(left, bbox.top, Math.max(right - left, devicePixelRatio), bbox.height);
    }
  }
  ctx.restore();
}

/**
 * @param {any} u  a uPlot
 * @param {Mark[]} marks
 * @param {import("./plot-types.js").Theme} theme
 */
export function drawMarks(u, marks, theme) {
  const { ctx, bbox } = u;
  const scale = devicePixelRatio;
  const { min, max } = u.scales.x;
  ctx.save();
  ctx.font = `${SIZE * scale}px ${theme.font}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "top";
  ctx.lineWidth = scale;
  const seen = marks.filter((mark) => mark.at >= min && mark.at <= max);
  const places = seen.map((mark) => ({
    x: u.valToPos(mark.at, "x"),
    width: ctx.measureText(mark.word).width / scale + 3,
    tone: mark.tone,
  }));
  const words = withWords(places, bbox.width / scale);
  seen.forEach((mark, index) => {
    const x = Math.round(bbox.left + places[index].x * scale) + 0.5;
    ctx.strokeStyle = ctx.fillStyle = theme.tones[mark.tone] ?? theme.text;
    ctx.globalAlpha = 0.55;
    ctx.setLineDash(words[index] ? [] : [2 * scale, 3 * scale]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top - (words[index] ? (SIZE + 3) * scale : 0));
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.globalAlpha = 1;
    if (words[index]) ctx.fillText(mark.word, x + 3 * scale, bbox.top - (SIZE + 3) * scale);
  });
  ctx.restore();
}
