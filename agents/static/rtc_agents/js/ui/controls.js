/**
 * The row under the picture: microphone, camera, devices, volume, full screen, hang up.
 *
 * Shortcuts (Alt+Shift, so that no letter alone does anything): M microphone, V camera, F full screen, H hang up.
 */
import { Part, define, setText, show } from "./part.js";

class Controls extends Part {
  ready() {
    this.video = this.page.root.querySelector('rtc-desk-stage [data-part="remote"]');
    this.stage = this.page.root.querySelector("rtc-desk-stage");
    this.actions = {
      KeyM: () => this.session.setMicrophone(!this.session.state.local?.microphone),
      KeyV: () => this.#camera(),
      KeyF: () => this.#fullScreen(),
      KeyH: () => this.#hangUp(),
    };
    for (const button of this.querySelectorAll("[data-key]")) {
      this.on(button, "click", () => this.#run(button.dataset.key));
    }
    this.on(document, "keydown", (event) => this.#key(event));
    this.on(this.part("volume"), "input", (event) => { this.video.volume = Number(event.target.value); });
    this.on(this.part("hush"), "click", () => this.#hush());
  }

  update(state) {
    const local = state.local ?? {};
    this.#pressed(this.part("microphone"), Boolean(local.microphone), "microphone");
    this.#pressed(this.part("camera"), Boolean(local.camera), "camera");
    const problem = local.problem ? this.say(`problem-${local.problem.code}`, {}, "problem-failed") : "";
    setText(this.part("problem"), problem);
    show(this.part("problem"), Boolean(problem));
    this.part("hang-up").disabled = !state.call || state.call.state === "ended";
  }

  #pressed(button, on, name) {
    button.setAttribute("aria-pressed", String(on));
    const words = this.say(on ? `${name}-on` : `${name}-off`);
    if (button.getAttribute("aria-label") !== words) button.setAttribute("aria-label", words);
    button.title = `${words} (Alt+Shift+${button.dataset.key.slice(3)})`;
  }

  #key(event) {
    if (!event.altKey || !event.shiftKey || !(event.code in this.actions)) return;
    if (this.closest("[hidden]")) return;
    event.preventDefault();
    this.#run(event.code);
  }

  async #run(code) {
    try {
      await this.actions[code]();
    } catch (error) {
      setText(this.part("problem"), this.page.explain(error));
      show(this.part("problem"), true);
    }
  }

  async #camera() {
    const on = !this.session.state.local?.camera;
    const tracks = this.session.state.local?.stream?.getVideoTracks() ?? [];
    // A camera that was refused or missing at the start is asked for again by the same button.
    if (on && !tracks.length) await this.session.openMedia({ audio: true, video: true });
    else await this.session.setCamera(on);
  }

  async #hangUp() {
    await this.page.autosave.flush();
    await this.session.hangUp();
  }

  async #fullScreen() {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.stage.requestFullscreen();
  }

  #hush() {
    this.video.muted = !this.video.muted;
    this.#pressedOnly(this.part("hush"), this.video.muted);
  }

  #pressedOnly(button, on) {
    button.setAttribute("aria-pressed", String(on));
    button.setAttribute("aria-label", this.say(on ? "hush-on" : "hush-off"));
  }
}

define("rtc-desk-controls", Controls);
