/** How good the connection is, in one word; the figures of both directions behind it. */
import { part, setText, show } from "./element.js";

export class QualityBadge {
  #parts;
  #texts;

  constructor(root, texts, signal) {
    this.#texts = texts;
    const names = ["quality", "quality-toggle", "quality-word", "quality-details", "latency-local", "latency-remote", "loss-local", "loss-remote"];
    this.#parts = Object.fromEntries(names.map((name) => [name, part(root, name)]));
    const { quality, "quality-toggle": toggle } = this.#parts;
    let pinned = false;
    const open = (opened) => {
      show(this.#parts["quality-details"], opened);
      toggle.setAttribute("aria-expanded", String(opened));
    };
    toggle.addEventListener("click", () => { pinned = !pinned; open(pinned); }, { signal });
    quality.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && open(true), { signal });
    quality.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && open(pinned), { signal });
    quality.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.#parts["quality-details"].hidden) return;
      event.stopPropagation();
      open((pinned = false));
    }, { signal });
  }

  update(phase, state) {
    const { local = null, remote = null } = state.quality ?? {};
    const level = qualityLevel([local, remote]);
    show(this.#parts.quality, phase === "active" && level !== "");
    this.#parts.quality.dataset.level = level;
    setText(this.#parts["quality-word"], level ? this.#texts.get(`quality.${level}`) : "");
    setText(this.#parts["latency-local"], milliseconds(local));
    setText(this.#parts["latency-remote"], milliseconds(remote));
    setText(this.#parts["loss-local"], percent(local?.loss));
    setText(this.#parts["loss-remote"], percent(remote?.loss));
  }
}

/**
 * The worse direction decides. Limits: 300 ms capture to display is the product's own ceiling; at 5 % loss the picture
 * begins to suffer, at 15 % the sound does; a frozen tenth of the time is felt.
 *
 * @param {(import("../types.js").Stats|null)[]} directions
 * @returns {""|"good"|"fair"|"poor"} "" = nothing is known yet
 */
export function qualityLevel(directions) {
  const known = directions.filter(Boolean);
  if (!known.length) return "";
  const worst = (name) => Math.max(0, ...known.map((stats) => stats[name] ?? 0));
  const delay = Math.max(worst("latency_ms"), worst("rtt_ms"));
  if (delay > 600 || worst("loss") > 0.15 || worst("frozen") > 0.3 || worst("concealed") > 0.15) return "poor";
  if (delay > 300 || worst("loss") > 0.05 || worst("frozen") > 0.1 || worst("concealed") > 0.05) return "fair";
  return "good";
}

/** Capture to display where it is measured; no round trip in its place, that would be another figure. */
function milliseconds(stats) {
  return stats?.latency_ms === null || stats?.latency_ms === undefined ? "–" : `${Math.round(stats.latency_ms)} ms`;
}

function percent(share) {
  return share === null || share === undefined ? "–" : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
