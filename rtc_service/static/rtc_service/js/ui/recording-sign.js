/** The sign that the call is being recorded, and since when; there in each size of the window. */
import { formatDuration, part, setText, show } from "./element.js";

const SHOWN = new Set(["running", "paused"]);

/**
 * @param {import("../types.js").CallSnapshot|null} call
 * @returns {""|"running"|"paused"}
 */
export function signOf(call) {
  const state = call?.recording?.state;
  return call?.state !== "ended" && SHOWN.has(state) ? state : "";
}

export class RecordingSign {
  #parts;
  #texts;
  #sign = "";
  #since = 0;

  constructor(root, texts) {
    this.#texts = texts;
    this.#parts = Object.fromEntries(["recording", "recording-words", "recording-time"].map((name) => [name, part(root, name)]));
  }

  /** What the sign says, also for the button while the window is away; or "". */
  get words() {
    return this.#sign && this.#texts.get(`recording.${this.#sign}`);
  }

  /** For the live region. */
  get announcement() {
    return this.#sign && this.#texts.get(`recording.${this.#sign}.announce`);
  }

  update(call) {
    this.#sign = signOf(call);
    this.#since = call?.recording?.since ?? 0;
    show(this.#parts.recording, this.#sign);
    this.#parts.recording.dataset.sign = this.#sign;
    setText(this.#parts["recording-words"], this.words);
  }

  /** @param {number} now  ms on the server's clock */
  tick(now) {
    setText(this.#parts["recording-time"], this.#sign === "running" ? formatDuration((now - this.#since) / 1000) : "");
  }
}
