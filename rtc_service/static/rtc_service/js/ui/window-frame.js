/** The window as a thing on the page: card, large, full screen, minimised; a sheet on phones; keyboard and focus. */
import { part, setPressed, show } from "./element.js";
import { trapFocus } from "./focus.js";

const PHONE = "(max-width: 640px), (max-height: 480px) and (pointer: coarse)";
const WIDE_PX = 720;

/** Events: "minimise", "restore", "close", "layout". */
export class WindowFrame extends EventTarget {
  wide = false;
  #element;
  #parts;
  #phone = matchMedia(PHONE);

  constructor(element, signal) {
    super();
    this.#element = element;
    const names = ["enlarge", "minimise", "close", "fullscreen", "restore"];
    this.#parts = Object.fromEntries(names.map((name) => [name, part(element, name)]));
    element.dataset.size = "card";
    const on = (name, handler) => this.#parts[name].addEventListener("click", handler, { signal });
    on("enlarge", () => this.#enlarge());
    on("minimise", () => this.#ask("minimise"));
    on("close", () => this.#ask("close"));
    on("restore", () => this.#ask("restore"));
    on("fullscreen", () => this.#toggleFullscreen());
    show(this.#parts.fullscreen, Boolean(document.fullscreenEnabled && element.requestFullscreen));
    document.addEventListener("fullscreenchange", () => this.#fullscreenChanged(), { signal });
    element.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#phone.addEventListener("change", () => this.#modal(), { signal });
    this.#modal();
    const observer = new ResizeObserver(() => this.#measure());
    observer.observe(element);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  /** In full size on the page; minimised it may still show the small picture. */
  get shown() {
    return !this.#element.hidden && this.#element.dataset.size !== "mini";
  }

  open(focus = true) {
    if (!this.shown) this.#element.dataset.size = this.#parts.enlarge.getAttribute("aria-pressed") === "true" ? "large" : "card";
    show(this.#element, true);
    if (focus) this.#element.focus({ preventScroll: true });
    this.dispatchEvent(new Event("layout"));
  }

  /** Away; in a conversation (`mini`) the other side's picture stays in the corner. */
  minimise(mini) {
    if (this.#fullscreen) document.exitFullscreen();
    this.#element.dataset.size = mini ? "mini" : "card";
    show(this.#element, mini);
    this.dispatchEvent(new Event("layout"));
  }

  update(phase) {
    const final = phase === "ended" || phase === "refused" || phase === "elsewhere";
    show(this.#parts.close, final);
    show(this.#parts.minimise, !final);
  }

  get #fullscreen() {
    return this.#element.getRootNode().fullscreenElement === this.#element;
  }

  #ask(kind) {
    this.dispatchEvent(new Event(kind));
  }

  #enlarge() {
    const large = this.#element.dataset.size !== "large";
    this.#element.dataset.size = large ? "large" : "card";
    setPressed(this.#parts.enlarge, large);
  }

  async #toggleFullscreen() {
    try {
      if (this.#fullscreen) await document.exitFullscreen();
      else await this.#element.requestFullscreen();
    } catch {
      show(this.#parts.fullscreen, false); // the page's policy forbids it
    }
  }

  #fullscreenChanged() {
    this.#element.toggleAttribute("data-fullscreen", this.#fullscreen);
    setPressed(this.#parts.fullscreen, this.#fullscreen);
  }

  #key(event) {
    if (event.key === "Escape" && !event.isComposing && !this.#fullscreen) {
      event.stopPropagation();
      this.#ask(this.#parts.minimise.hidden ? "close" : "minimise");
    }
    if (this.#phone.matches) trapFocus(event, this.#element);
  }

  /** A sheet covers the page, a card does not. */
  #modal() {
    this.#element.setAttribute("aria-modal", String(this.#phone.matches));
    this.#element.toggleAttribute("data-sheet", this.#phone.matches);
    this.dispatchEvent(new Event("layout"));
  }

  #measure() {
    const wide = this.#element.clientWidth >= WIDE_PX;
    if (wide === this.wide) return;
    this.wide = wide;
    this.#element.toggleAttribute("data-wide", wide);
    this.dispatchEvent(new Event("layout"));
  }
}
