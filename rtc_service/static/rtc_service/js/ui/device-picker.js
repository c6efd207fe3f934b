/** The dialog in which camera, microphone and, where the browser can, the speaker are chosen. */
import { part, show } from "./element.js";
import { trapFocus } from "./focus.js";

const KINDS = ["videoinput", "audioinput", "audiooutput"];

export class DevicePicker extends EventTarget {
  #parts;
  #session;
  #texts;
  #video;
  #opener = null;
  #root;

  constructor(root, session, video, texts, signal) {
    super();
    this.#root = root;
    this.#session = session;
    this.#video = video;
    this.#texts = texts;
    const names = ["devices", "devices-dialog", "devices-close", "devices-done", "devices-error", "speaker-row", ...KINDS.map((kind) => `choose-${kind}`)];
    this.#parts = Object.fromEntries(names.map((name) => [name, part(root, name)]));
    const close = () => this.close();
    this.#parts["devices-close"].addEventListener("click", close, { signal });
    this.#parts["devices-done"].addEventListener("click", close, { signal });
    this.#parts.devices.addEventListener("click", (event) => event.target === this.#parts.devices && close(), { signal });
    this.#parts["devices-dialog"].addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.stopPropagation(); close(); }
      trapFocus(event, this.#parts["devices-dialog"]);
    }, { signal });
    for (const kind of KINDS) this.#parts[`choose-${kind}`].addEventListener("change", (event) => this.#choose(kind, event.target.value), { signal });
    // Plugged in or pulled out while the dialog is open: the lists follow.
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.refresh(), { signal });
  }

  /** How many cameras there are: the flip button needs two. */
  cameras = [];

  async open() {
    this.#opener = this.#root.getRootNode().activeElement;
    show(this.#parts["devices-error"], false);
    show(this.#parts.devices, true);
    this.#parts["devices-dialog"].focus();
    await this.refresh();
  }

  close() {
    show(this.#parts.devices, false);
    this.#opener?.focus();
  }

  /** The next camera after the one in use: front and back on a phone. */
  async flip() {
    const current = this.#current("videoinput");
    const index = this.cameras.findIndex((camera) => camera.deviceId === current);
    const next = this.cameras[(index + 1) % this.cameras.length];
    if (next) await this.#choose("videoinput", next.deviceId);
  }

  /** Reads the lists anew. */
  async refresh() {
    const devices = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
    this.cameras = devices.filter((device) => device.kind === "videoinput");
    show(this.#parts["speaker-row"], "setSinkId" in this.#video && devices.some((device) => device.kind === "audiooutput" && device.deviceId));
    for (const kind of KINDS) this.#fill(kind, devices.filter((device) => device.kind === kind && (device.deviceId || device.label)));
    this.dispatchEvent(new Event("devices"));
  }

  #fill(kind, devices) {
    const select = this.#parts[`choose-${kind}`];
    const current = this.#current(kind);
    const options = devices.map((device, index) => {
      const label = device.label || this.#texts.get("device", { n: index + 1 });
      return new Option(label, device.deviceId, false, device.deviceId === current);
    });
    if (!options.length) options.push(new Option(this.#texts.get("device.none"), ""));
    select.disabled = !devices.length;
    select.replaceChildren(...options);
  }

  #current(kind) {
    if (kind === "audiooutput") return this.#video.sinkId || "default";
    const stream = this.#session.state.local.stream;
    const track = kind === "videoinput" ? stream?.getVideoTracks()[0] : stream?.getAudioTracks()[0];
    return track?.getSettings().deviceId ?? "";
  }

  async #choose(kind, deviceId) {
    try {
      if (kind === "audiooutput") await this.#video.setSinkId(deviceId);
      else await this.#session.useDevice(kind, deviceId);
      show(this.#parts["devices-error"], false);
    } catch {
      show(this.#parts["devices-error"], true);
      await this.refresh();
    }
  }
}
