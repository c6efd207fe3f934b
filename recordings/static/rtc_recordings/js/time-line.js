/** The time line: seek bar, what was not recorded, and the marks. Event "seek" detail=seconds. */
import { timeWords, filled } from "./format.js";

export class TimeLine extends EventTarget {
  #dragging = false;

  constructor(root, { length, screens, words }) {
    super();
    this.length = length;
    this.words = words;
    this.seekBar = root.querySelector('[data-part="seek"]');
    this.hover = root.querySelector('[data-part="hover"]');
    this.played = root.querySelector('[data-part="played"]');
    this.marks = [...root.querySelectorAll('[data-part="mark"]')];
    for (const screen of screens) this.#hatch(root.querySelector(`.rtc-lane[data-party="${screen.party}"]`), screen);
    this.#place();
    this.#listen(root);
  }

  show(at) {
    this.played.style.setProperty("--rtc-at", at / this.length);
    this.seekBar.setAttribute("aria-valuetext", this.words(at));
    if (!this.#dragging) this.seekBar.value = String(at);
  }

  /** The nearest mark before or behind a time, or undefined. */
  neighbour(at, direction) {
    const times = [...new Set(this.marks.map((mark) => Number(mark.dataset.at)))];
    return direction > 0 ? times.find((time) => time > at + 0.5) : times.findLast((time) => time < at - 1.5);
  }

  #hatch(lane, screen) {
    for (const [from, to] of screen.silences) {
      const piece = document.createElement("span");
      piece.className = "rtc-gap";
      piece.style.setProperty("--rtc-at", from / this.length);
      piece.style.setProperty("--rtc-size", (to - from) / this.length);
      lane.append(piece);
    }
  }

  #place() {
    for (const mark of this.marks) {
      const at = Number(mark.dataset.at);
      mark.style.setProperty("--rtc-at", at / this.length);
      mark.querySelector('[data-part="stamp"]').textContent = timeWords(at);
      mark.title = `${timeWords(at)} ${mark.title}`;
    }
    if (this.marks[0]) this.marks[0].tabIndex = 0;
  }

  #listen(root) {
    const bar = this.seekBar;
    bar.addEventListener("pointerdown", () => (this.#dragging = true));
    for (const name of ["pointerup", "pointercancel", "blur"]) bar.addEventListener(name, () => (this.#dragging = false));
    bar.addEventListener("input", () => this.#seek(Number(bar.value)));
    bar.addEventListener("pointermove", (event) => this.#tip(event));
    bar.addEventListener("pointerleave", () => (this.hover.hidden = true));
    const toolbar = root.querySelector('[data-part="marks"]');
    toolbar.addEventListener("click", (event) => {
      const mark = event.target.closest('[data-part="mark"]');
      if (mark) this.#seek(Number(mark.dataset.at));
    });
    toolbar.addEventListener("keydown", (event) => this.#rove(event));
  }

  /** One stop for the tab key; arrows go from mark to mark (WAI-ARIA toolbar). */
  #rove(event) {
    const here = this.marks.indexOf(document.activeElement);
    const to = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: this.marks.length - 1 }[event.key];
    if (here < 0 || to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = this.marks[Math.min(Math.max(to, 0), this.marks.length - 1)];
    this.marks[here].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  #tip(event) {
    const box = this.seekBar.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    this.hover.hidden = false;
    this.hover.style.setProperty("--rtc-at", share);
    this.hover.textContent = timeWords(share * this.length);
  }

  #seek(at) {
    this.dispatchEvent(new CustomEvent("seek", { detail: at }));
  }
}

/** "1:05 of 4:10" for screen readers. */
export function positionWords(text, length) {
  return (at) => filled(text, { now: timeWords(at), length: timeWords(length) });
}
