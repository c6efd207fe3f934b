/** The floating button: there at once, without waiting for any file; says what the call is doing while the window is away. */
import { formatDuration, setText, show } from "./element.js";
import { sheet } from "./resources.js";
import { LAUNCHER_CSS } from "./launcher-style.js";

const SVG = "http://www.w3.org/2000/svg";
// The same headset as `icons.html`, which is not there yet when the button is.
const HEADSET = "M4.5 14.5v-2.7a7.5 7.5 0 0 1 15 0v2.7M4.5 13.8a2 2 0 0 1 2-1.300h.6a1 1 0 0 1 1 1v4.200a1 1 0 0 1-1 1h-.6a2 2 0 0 1-2-2z"
  + "M19.5 13.800a2 2 0 0 0-2-1.300h-.6a1 1 0 0 0-1 1v4.200a1 1 0 0 0 1 1h.6a2 2 0 0 0 2-2zM19.5 17.400v.6a3 3 0 0 1-3 3h-3.2";

export class Launcher {
  /** What the button is called where the page has no `label`; an empty `label` wants the icon alone. */
  #fallback = "";
  #label;
  #badge;
  #host;

  constructor(host, root) {
    this.#host = host;
    root.adoptedStyleSheets = [sheet(LAUNCHER_CSS)];
    this.root = document.createElement("div");
    this.root.className = "root";
    this.root.popover = "manual";
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "launcher";
    this.button.setAttribute("aria-haspopup", "dialog");
    this.#label = document.createElement("span");
    this.#label.className = "launcher-label";
    this.#badge = document.createElement("span");
    this.#badge.className = "launcher-badge";
    this.#badge.hidden = true;
    this.button.append(headset(), this.#label, this.#badge);
    this.root.append(this.button);
    root.append(this.root);
    this.idle();
  }

  /**
   * Into the top layer, above the page: a transform, a filter or `contain` on an element around us would otherwise
   * capture `position: fixed`, and `overflow: hidden` would cut the window off.
   */
  raise() {
    if (this.root.showPopover && !this.root.matches(":popover-open")) this.root.showPopover();
  }

  /** Nothing goes on: the button's own words. */
  idle() {
    this.button.dataset.state = "idle";
    this.button.removeAttribute("aria-busy");
    this.button.setAttribute("aria-expanded", "false");
    this.#say(this.#name);
    this.badge(0);
  }

  /** The window could not be fetched; the next click tries again. */
  failed() {
    this.idle();
    this.#say(this.#host.getAttribute("label-failed") || this.#name);
  }

  /** @param {string} words  the service's own, for a page that gave none */
  fallback(words) {
    this.#fallback = words;
    if (this.button.dataset.state === "idle") this.idle();
  }

  /** Within the frame of the click. */
  opening() {
    this.button.dataset.state = "opening";
    this.button.setAttribute("aria-busy", "true");
    this.#say(this.#host.getAttribute("label-opening") || this.#name);
  }

  opened() {
    this.button.removeAttribute("aria-busy");
    this.button.dataset.state = "opened";
    this.button.setAttribute("aria-expanded", "true");
  }

  /** The window is minimised: `words` is what is going on, `seconds` how long the call lasts (or null). */
  minimised(words, seconds, live) {
    this.button.dataset.state = live ? "live" : "away";
    this.button.setAttribute("aria-expanded", "false");
    this.#say(seconds === null ? words : `${words} · ${formatDuration(seconds)}`);
  }

  badge(count) {
    show(this.#badge, count > 0);
    setText(this.#badge, count > 99 ? "99+" : String(count));
  }

  get #name() {
    return this.#host.getAttribute("label") ?? this.#fallback;
  }

  /** Words that are shown name the button; the `aria-label` is for the icon alone. */
  #say(words) {
    setText(this.#label, words);
    show(this.#label, Boolean(words));
    if (words || !this.#fallback) this.button.removeAttribute("aria-label");
    else this.button.setAttribute("aria-label", this.#fallback);
  }
}

function headset() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "launcher-icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", HEADSET);
  svg.append(path);
  return svg;
}
