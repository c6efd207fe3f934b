/**
 * Choice of camera, microphone and loudspeaker, in a menu beside the controls.
 * <rtc-desk-devices>: <details part=menu> with <select data-kind="videoinput|audioinput|audiooutput">.
 */
import { Part, define, show } from "./part.js";

class Devices extends Part {
  ready() {
    this.menu = this.part("menu");
    this.selects = [...this.querySelectorAll("select[data-kind]")];
    this.on(this.menu, "toggle", () => { if (this.menu.open) this.#list(); });
    this.on(navigator.mediaDevices, "devicechange", () => { if (this.menu.open) this.#list(); });
    this.on(document, "click", (event) => { if (!this.contains(event.target)) this.menu.open = false; });
    this.on(this, "keydown", (event) => {
      if (event.key !== "Escape" || !this.menu.open) return;
      this.menu.open = false;
      this.menu.querySelector("summary").focus();
    });
    for (const select of this.selects) this.on(select, "change", () => this.#use(select));
  }

  async #list() {
    const devices = await this.session.devices();
    for (const select of this.selects) {
      const mine = devices.filter((device) => device.kind === select.dataset.kind && device.deviceId);
      const used = this.#used(select.dataset.kind);
      const options = mine.map((device, index) => {
        const label = device.label || `${select.getAttribute("aria-label")} ${index + 1}`;
        return new Option(label, device.deviceId, false, device.deviceId === used);
      });
      select.replaceChildren(...options);
      select.disabled = mine.length < 2;
      show(select.closest("label"), mine.length > 0 && this.#can(select.dataset.kind));
    }
  }

  #can(kind) {
    return kind !== "audiooutput" || typeof this.#speaker?.setSinkId === "function";
  }

  get #speaker() {
    return this.page.root.querySelector('rtc-desk-stage [data-part="remote"]');
  }

  #used(kind) {
    if (kind === "audiooutput") return this.#speaker?.sinkId || "default";
    const stream = this.session.state.local?.stream;
    const track = kind === "videoinput" ? stream?.getVideoTracks()[0] : stream?.getAudioTracks()[0];
    return track?.getSettings().deviceId ?? "";
  }

  async #use(select) {
    try {
      if (select.dataset.kind === "audiooutput") await this.#speaker.setSinkId(select.value);
      else await this.session.useDevice(select.dataset.kind, select.value);
    } catch {
      // The device went away or is taken: show what is really in use.
      this.#list();
    }
  }
}

define("rtc-desk-devices", Devices);
