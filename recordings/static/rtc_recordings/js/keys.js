/** The player's keys; they are let alone where somebody types, chooses or moves a slider of another kind. */

const KEYS = {
  k: "toggle", " ": "toggle", j: "back", ArrowLeft: "back", l: "forward", ArrowRight: "forward",
  p: "previous", n: "next", "<": "slower", ",": "slower", ">": "faster", ".": "faster",
  m: "mute", f: "full", Home: "begin", End: "end",
}; // prettier-ignore

/**
 * @param {Record<string, () => void>} actions by the names above
 * @param {AbortSignal} signal
 */
export function listen(actions, signal) {
  document.addEventListener(
    "keydown",
    (event) => {
      const name = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!name || event.ctrlKey || event.metaKey || event.altKey || taken(event)) return;
      event.preventDefault();
      actions[name]();
    },
    { signal },
  );
}

function taken(event) {
  const target = event.target;
  if (target.matches("textarea, select, input:not([type='range'], [type='checkbox'])")) return true;
  if (target.matches("[data-part='volume']")) return event.key.length > 1;
  return event.key === " " && target.matches("button, summary, input[type='checkbox']");
}
