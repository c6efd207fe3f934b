/**
 * The first card of the day: one click opens the sound, rings once, asks for camera, microphone and notifications,
 * and says ready. What the browser refuses is said in plain words, with a way on.
 *
 * <rtc-desk-start>: parts `start`, `anyway`, `problem`, `keep-camera`; steps `data-step="sound|media|notify"`.
 */
import { Part, define, setText, show } from "./part.js";

const KEEP = "rtc.keep_camera";

class StartWork extends Part {
  ready() {
    const keep = this.part("keep-camera");
    keep.checked = localStorage.getItem(KEEP) !== "no";
    this.page.keepCamera = keep.checked;
    this.on(keep, "change", () => {
      this.page.keepCamera = keep.checked;
      localStorage.setItem(KEEP, keep.checked ? "yes" : "no");
    });
    this.on(this.part("start"), "click", () => this.#start());
    this.on(this.part("anyway"), "click", () => this.#goReady());
    this.on(this.page.ring, "rtc:ring", () => this.#step("sound", this.page.ring.audible));
  }

  update(state) {
    this.part("start").disabled = state.connection !== "open" || this.busy === true;
  }

  async #start() {
    this.busy = true;
    this.update(this.session.state);
    show(this.part("problem"), false);
    try {
      await this.#prepare();
    } finally {
      this.busy = false;
      this.update(this.session.state);
    }
  }

  async #prepare() {
    if (await this.page.ring.unlock()) this.page.ring.once();
    const asked = this.page.attention.ask();
    const problem = await this.page.openMedia();
    this.#step("media", !problem);
    this.#step("notify", await asked === "granted");
    if (!problem) return this.#goReady();
    setText(this.part("problem-words"), this.say(`problem-${problem.code}`, {}, "problem-failed"));
    show(this.part("problem"), true);
    return undefined;
  }

  async #goReady() {
    this.page.started = true;
    try {
      await this.session.send("agents.ready", {});
      if (!this.page.keepCamera) this.session.closeMedia();
    } catch (error) {
      this.page.started = false;
      setText(this.part("problem-words"), this.page.explain(error));
      show(this.part("problem"), true);
    }
  }

  #step(name, done) {
    const step = this.querySelector(`[data-step="${name}"]`);
    if (step) step.dataset.done = done ? "yes" : "no";
  }
}

define("rtc-desk-start", StartWork);
