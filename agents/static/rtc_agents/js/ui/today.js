/**
 * A server-rendered piece of the day's own figures, fetched again when a call has ended or been wrapped up.
 * <rtc-desk-today data-url="…">
 */
import { deskOf } from "./desk.js";
import { getFragment, place } from "./fragments.js";
import { Part, define } from "./part.js";

class Today extends Part {
  update(state) {
    const desk = deskOf(state);
    const moment = `${desk.presence.state}|${desk.call ?? ""}|${desk.wrap_up?.call ?? ""}`;
    if (this.moment !== undefined && this.moment !== moment && !desk.call && !desk.offer) this.#load();
    this.moment = moment;
  }

  async #load() {
    try {
      const answer = await getFragment(this.dataset.url);
      if (answer.ok) place(this, answer.html);
    } catch {
      // Yesterday's figure for a moment longer is no harm; the next change tries again.
    }
  }
}

define("rtc-desk-today", Today);
