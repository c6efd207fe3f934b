/** Everything before the conversation, and what stands in its way: words, own preview, place in the queue. */
import { part, setText, show, showSelf } from "./element.js";
import { LevelMeter } from "./level-meter.js";
import { LOBBY, wordsOf } from "./phase.js";

export class Lobby extends EventTarget {
  #texts;
  #parts;
  #meter;

  constructor(root, texts, signal) {
    super();
    this.#texts = texts;
    const names = ["lobby", "preview", "preview-video", "preview-icon", "level", "lobby-title", "lobby-detail", "take-over", "retry"];
    this.#parts = Object.fromEntries(names.map((name) => [name, part(root, name)]));
    this.#meter = new LevelMeter(this.#parts.level);
    signal.addEventListener("abort", () => this.#meter.stop());
    this.#parts["take-over"].addEventListener("click", () => this.dispatchEvent(new Event("take-over")), { signal });
    this.#parts.retry.addEventListener("click", () => this.dispatchEvent(new Event("retry")), { signal });
  }

  update(phase, state, flow) {
    const parts = this.#parts;
    const shown = LOBBY.has(phase);
    show(parts.lobby, shown);
    parts.lobby.dataset.phase = phase;
    this.#preview(shown && phase !== "elsewhere" && phase !== "refused", state.local);
    if (!shown) return;
    const words = wordsOf(phase, state, flow, this.#texts);
    setText(parts["lobby-title"], words.title);
    setText(parts["lobby-detail"], words.detail);
    show(parts["take-over"], phase === "elsewhere");
    show(parts.retry, phase === "refused");
  }

  #preview(wanted, local) {
    const picture = wanted && local.camera;
    showSelf(this.#parts["preview-video"], { ...local, camera: picture });
    show(this.#parts["preview-icon"], !picture);
    if (wanted && local.microphone && local.stream) this.#meter.start(local.stream);
    else this.#meter.stop();
  }
}
