/**
 * The charts' colours, from the page's own CSS properties, so that a canvas follows light and dark as the rest does.
 *
 * @typedef {import("./plot-types.js").Theme} Theme
 */

/**
 * @param {HTMLElement} element
 * @returns {Theme}
 */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim() || "#808080";
  const tones = ["good", "info", "warn", "bad", "quiet"].map((tone) => [tone, colour(`--rtc-tone-${tone}`)]);
  return {
    lines: [0, 1, 2, 3].map((index) => colour(`--rtc-line-${index}`)),
    grid: colour("--rtc-card-line"),
    text: colour("--body-quiet-color"),
    band: colour("--rtc-tone-bad"),
    tones: Object.fromEntries(tones),
    font: style.fontFamily,
  };
}

/** The browser's wish has changed, or the admin's own switch was used. @param {() => void} changed */
export function watchTheme(changed) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  new MutationObserver(changed).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}
