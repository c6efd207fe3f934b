/** The row of controls: it asks, the session does; each button shows what is so, not what was clicked. */
import { part, setPressed, setText, show } from "./element.js";
import { LIVE } from "./phase.js";

export class Toolbar extends EventTarget {
  #parts;
  #texts;
  #video;
  #signal;

  /** `video` is the element that plays the other side. */
  constructor(root, video, texts, signal) {
    super();
    this.#texts = texts;
    this.#video = video;
    this.#signal = signal;
    const names = ["toolbar", "tool-microphone", "tool-camera", "tool-flip", "volume", "tool-volume", "volume-popover", "mute-other", "volume-range",
      "tool-devices", "tool-chat", "unread", "tool-hang-up"];
    this.#parts = Object.fromEntries(names.map((name) => [name, part(root, name)]));
    for (const name of ["microphone", "camera", "flip", "devices", "chat", "hang-up"]) {
      this.#on(`tool-${name}`, "click", () => this.dispatchEvent(new Event(name)));
    }
    this.#arrows();
    this.#volume(root);
  }

  update(phase, state, { chatOpen, unread, cameras }) {
    const parts = this.#parts;
    const active = phase === "active";
    show(parts.toolbar, LIVE.has(phase));
    setPressed(parts["tool-microphone"], state.local.microphone);
    setPressed(parts["tool-camera"], state.local.camera);
    show(parts["tool-flip"], state.local.camera && cameras > 1 && matchMedia("(pointer: coarse)").matches);
    show(parts.volume, active);
    setPressed(parts["tool-chat"], chatOpen);
    show(parts.unread, unread > 0);
    setText(parts.unread, unread > 9 ? "9+" : String(unread));
    this.#name("tool-chat", unread ? this.#texts.count("unread", unread) : parts["tool-chat"].title);
    const words = this.#texts.get(active ? "hang_up" : "cancel");
    this.#name("tool-hang-up", words);
    parts["tool-hang-up"].title = words;
  }

  #name(name, words) {
    if (this.#parts[name].getAttribute("aria-label") !== words) this.#parts[name].setAttribute("aria-label", words);
  }

  #on(name, kind, handler) {
    this.#parts[name].addEventListener(kind, handler, { signal: this.#signal });
  }

  /** Left and right move along the row, as the role `toolbar` promises; Tab works as everywhere, too. */
  #arrows() {
    this.#on("toolbar", "keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step || event.target instanceof HTMLInputElement) return;
      const buttons = [...this.#parts.toolbar.querySelectorAll(".tool")].filter((button) => button.offsetParent);
      const next = buttons[(buttons.indexOf(event.target) + step + buttons.length) % buttons.length];
      next?.focus();
      event.preventDefault();
    });
  }

  #volume(root) {
    const { volume, "tool-volume": button, "volume-popover": popover, "volume-range": range, "mute-other": mute } = this.#parts;
    const open = (opened) => {
      show(popover, opened);
      button.setAttribute("aria-expanded", String(opened));
    };
    const look = () => {
      const silent = this.#video.muted || this.#video.volume === 0;
      setPressed(mute, this.#video.muted);
      volume.toggleAttribute("data-silent", silent);
    };
    this.#on("tool-volume", "click", () => {
      show(range, volumeWorks(this.#video));
      open(popover.hidden);
    });
    this.#on("mute-other", "click", () => { this.#video.muted = !this.#video.muted; });
    this.#on("volume-range", "input", () => {
      this.#video.volume = Number(range.value) / 100;
      this.#video.muted = false;
    });
    this.#on("volume", "keydown", (event) => {
      if (event.key !== "Escape" || popover.hidden) return;
      event.stopPropagation();
      open(false);
      button.focus();
    });
    root.addEventListener("pointerdown", (event) => volume.contains(event.target) || open(false), { signal: this.#signal });
    this.#video.addEventListener("volumechange", look, { signal: this.#signal });
  }
}

/** iOS leaves the volume to the hardware buttons: setting it is ignored. Tried on an element of its own. */
function volumeWorks(video) {
  const probe = document.createElement(video.localName);
  probe.volume = 0.5;
  return probe.volume === 0.5;
}
