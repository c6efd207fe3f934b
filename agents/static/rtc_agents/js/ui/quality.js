/**
 * What each side sees and hears, in a word and in figures.
 *
 * <rtc-desk-quality>: two sides `data-side="local"` (what I receive) and `data-side="remote"` (what the customer
 * receives), each with parts by `data-figure`: word, latency, rtt, loss, picture.
 */
import { grade, milliseconds, percent, picture } from "./format.js";
import { Part, define, setText } from "./part.js";

class Quality extends Part {
  ready() {
    this.sides = [...this.querySelectorAll("[data-side]")];
  }

  update(state) {
    if (state.quality === this.shown) return;
    this.shown = state.quality;
    for (const side of this.sides) this.#show(side, state.quality?.[side.dataset.side] ?? null);
  }

  #show(side, stats) {
    const word = grade(stats);
    side.dataset.grade = word;
    const figure = (name, text) => setText(side.querySelector(`[data-figure="${name}"]`), text);
    figure("word", this.say(word));
    figure("latency", milliseconds(stats?.latency_ms));
    figure("rtt", milliseconds(stats?.rtt_ms));
    figure("loss", percent(stats?.loss));
    figure("picture", picture(stats));
  }
}

define("rtc-desk-quality", Quality);
