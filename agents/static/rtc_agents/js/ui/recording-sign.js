/** The sign on the picture that this call is being recorded; on the picture, so that it is there in full screen, too. */
import { clock } from "./format.js";
import { Part, define, setText, show } from "./part.js";
import { recordingOf } from "./recording-state.js";

const SHOWN = new Set(["running", "paused"]);

class RecordingSign extends Part {
  ready() {
    this.every(1000, () => this.#tick());
  }

  update(state) {
    this.sign = state.call?.state === "ended" ? "none" : recordingOf(state.call);
    this.since = state.call?.recording?.since ?? 0;
    this.dataset.sign = this.sign;
    setText(this.part("words"), SHOWN.has(this.sign) ? this.say(this.sign) : "");
    show(this, SHOWN.has(this.sign));
    this.#tick();
  }

  #tick() {
    setText(this.part("time"), this.sign === "running" ? clock((this.page.now() - this.since) / 1000) : "");
  }
}

define("rtc-desk-recording-sign", RecordingSign);
