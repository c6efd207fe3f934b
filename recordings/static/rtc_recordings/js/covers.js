/** What lies over a party's picture when there is none: no recording here, camera off, sound only, damaged. */
import { filled, timeWords } from "./format.js";
import { spanAt } from "./spans.js";

export class Cover {
  #shown = "";

  constructor(screen, text) {
    this.screen = screen;
    this.text = text;
    this.box = screen.root.querySelector('[data-part="cover"]');
    this.title = screen.root.querySelector('[data-part="cover-title"]');
    this.detail = screen.root.querySelector('[data-part="cover-text"]');
    this.problem = "";
  }

  show(at, loading) {
    const [kind, title, detail] = this.#what(at, loading);
    const shown = `${kind} ${title} ${detail}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.box.hidden = !kind;
    this.box.dataset.kind = kind;
    this.title.textContent = title;
    this.detail.textContent = detail;
  }

  #what(at, loading) {
    const { screen } = this;
    if (screen.broken) return ["broken", this.text(this.problem || "broken"), ""];
    const gap = spanAt(screen.silences, at);
    if (gap) {
      const more = gap[1] < screen.offset + screen.duration - 0.02;
      return ["gap", this.text("gap"), more ? filled(this.text("gap-until"), { time: timeWords(gap[1]) }) : this.text("gap-end")];
    }
    if (!screen.picture) return ["quiet", this.text("no-picture"), ""];
    if (spanAt(screen.cameraOff, at)) return ["quiet", this.text("camera-off"), ""];
    return loading ? ["loading", "", this.text("loading")] : ["", "", ""];
  }
}
