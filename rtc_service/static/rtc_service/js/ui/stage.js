/** The other side's picture and sound, with what stands for them when they are missing, and the own picture in the corner. */
import { part, setPressed, setStream, setText, show, showSelf } from "./element.js";

const NAMES = ["stage", "remote", "avatar-screen", "avatar", "avatar-note", "nameplate", "remote-muted", "remote-name", "banner", "banner-text",
  "sound-button", "pip", "self", "self-video", "self-off", "self-muted"];

export class Stage extends EventTarget {
  #parts;
  #texts;

  constructor(root, texts, signal) {
    super();
    this.#texts = texts;
    this.#parts = Object.fromEntries(NAMES.map((name) => [name, part(root, name)]));
    const { remote, pip } = this.#parts;
    this.remote = remote;
    this.#parts["sound-button"].addEventListener("click", () => this.#unmute(), { signal });
    pip.addEventListener("click", () => this.#togglePictureInPicture(), { signal });
    for (const kind of ["loadeddata", "resize", "emptied"]) remote.addEventListener(kind, () => this.dispatchEvent(new Event("picture")), { signal });
  }

  update(phase, state, banner) {
    const live = phase === "active" || phase === "joining"; // joining: what is there already plays behind the words
    show(this.#parts.stage, phase === "active");
    this.#banner(banner, state);
    if (phase === "active") this.#self(state.local); // before that the lobby shows it, and one player is enough
    this.#remote(live ? state.remote : null, state);
  }

  #banner(banner, state) {
    const name = state.call?.staff?.name || this.#texts.get("agent");
    show(this.#parts.banner, Boolean(banner));
    this.#parts.banner.dataset.kind = banner;
    setText(this.#parts["banner-text"], banner ? this.#texts.get(`banner.${banner}`, { name }) : "");
  }

  #self(local) {
    const parts = this.#parts;
    showSelf(parts["self-video"], local);
    show(parts["self-off"], !local.camera);
    show(parts["self-muted"], !local.microphone);
    parts.self.toggleAttribute("data-off", !local.camera);
  }

  #remote(remote, state) {
    const parts = this.#parts;
    const name = remote?.name || state.call?.staff?.name || this.#texts.get("agent");
    const pictured = Boolean(remote?.media?.camera || remote?.media?.screen);
    if (remote) this.#play(remote.stream);
    else setStream(parts.remote, null);
    show(parts["avatar-screen"], !pictured || !this.#hasFrames());
    setText(parts.avatar, initials(name));
    setText(parts["avatar-note"], this.#texts.get(pictured || !remote ? "no_picture" : "camera_off"));
    show(parts.nameplate, Boolean(remote));
    setText(parts["remote-name"], name);
    show(parts["remote-muted"], Boolean(remote?.media) && !remote.media.microphone);
    show(parts.pip, Boolean(document.pictureInPictureEnabled && parts.remote.requestPictureInPicture) && pictured);
  }

  #hasFrames() {
    return this.#parts.remote.videoWidth > 0;
  }

  /** Plays at once; where the browser wants a tap before it lets sound out, the picture goes ahead in silence. */
  #play(stream) {
    const video = this.#parts.remote;
    if (video.srcObject === stream) return;
    setStream(video, stream);
    video.play().catch((error) => {
      if (error.name !== "NotAllowedError") return; // a newer stream took over: its own play() answers
      video.muted = true;
      show(this.#parts["sound-button"], true);
      video.play().catch(() => {}); // not even silently: the tap on the button plays it
    });
  }

  #unmute() {
    show(this.#parts["sound-button"], false);
    this.#parts.remote.muted = false;
    this.#parts.remote.play().catch(() => show(this.#parts["sound-button"], true));
  }

  async #togglePictureInPicture() {
    const { remote, pip } = this.#parts;
    try {
      if (document.pictureInPictureElement) await document.exitPictureInPicture();
      else await remote.requestPictureInPicture();
    } catch {
      show(pip, false); // the browser says it can and then does not
    }
    setPressed(pip, Boolean(document.pictureInPictureElement));
  }
}

/** `Bob Lee` → `BL`, `王小明` → `王`. */
export function initials(name) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  if (!words.length) return "";
  const first = [...words[0]][0];
  const last = words.length > 1 ? [...words[words.length - 1]][0] : "";
  return (first + last).toLocaleUpperCase();
}
