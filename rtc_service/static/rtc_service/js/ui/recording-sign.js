/**
 * The sign that the call is being recorded, and since when; there in each size of the window. Where the server lets the
 * customer withdraw the consent, a quiet button beside it does so, without a further question.
 */
import { formatDuration, part, setText, show } from "./element.js";

const SHOWN = new Set(["running", "paused"]);
/** So long the words stay that say what has become of the recording. */
const TOLD_MS = 20_000;

/**
 * @param {import("../types.js").CallSnapshot|null} call
 * @returns {""|"running"|"paused"}
 */
export function signOf(call) {
  const state = call?.recording?.state;
  return call?.state !== "ended" && SHOWN.has(state) ? state : "";
}

export class RecordingSign {
  #root;
  #session;
  #parts;
  #stop;
  #texts;
  #call = null;
  #sign = "";
  #since = 0;
  #failed = false;
  /** The recording that this window has ended, and when: its end is told for a while. */
  #stopped = null;

  constructor(root, session, texts, signal) {
    this.#root = root;
    this.#session = session;
    this.#texts = texts;
    this.#parts = Object.fromEntries(["recording", "recording-words", "recording-time"].map((name) => [name, part(root, name)]));
    this.#stop = root.querySelector('[data-part="recording-stop"]'); // only where something records
    this.#stop?.addEventListener("click", () => this.#withdraw(), { signal });
  }

  /** What the sign says, also for the button while the window is away; or "". */
  get words() {
    return this.#sign && this.#texts.get(`recording.${this.#failed ? "failed" : this.#sign}`);
  }

  /** For the live region. */
  get announcement() {
    return this.#sign && this.#texts.get(`recording.${this.#failed ? "failed" : this.#sign}.announce`);
  }

  update(call) {
    this.#call = call;
    this.#since = call?.recording?.since ?? 0;
    this.#show();
  }

  /** @param {number} now  ms on the server's clock */
  tick(now) {
    if (this.#stopped && now - this.#stopped.at > TOLD_MS) {
      this.#stopped = null;
      this.#show();
    }
    setText(this.#parts["recording-time"], this.#sign === "running" ? formatDuration((now - this.#since) / 1000) : "");
  }

  #show() {
    const sign = signOf(this.#call);
    if (!sign) this.#failed = false;
    const told = !sign && this.#call?.state !== "ended" && this.#stopped?.recording === this.#call?.recording?.recording && this.#stopped;
    this.#sign = sign || (told ? "stopped" : "");
    const focused = this.#stop && this.#root.getRootNode().activeElement === this.#stop;
    if (this.#stop) show(this.#stop, sign);
    show(this.#parts.recording, this.#sign);
    this.#parts.recording.dataset.sign = this.#sign;
    setText(this.#parts["recording-words"], this.words);
    if (focused && !sign) this.#root.focus({ preventScroll: true }); // the keyboard goes on in the window
  }

  async #withdraw() {
    if (this.#stop.getAttribute("aria-busy") === "true" || !signOf(this.#call)) return;
    const { call, recording: { recording } } = this.#call;
    this.#stop.setAttribute("aria-busy", "true");
    this.#failed = false;
    try {
      await this.#session.send("recordings.withdraw", {}, { call });
      this.#stopped = { recording, at: this.#session.serverNow() };
    } catch {
      this.#failed = true; // if it is over all the same, the log says so and the sign goes
    } finally {
      this.#stop.removeAttribute("aria-busy");
      this.#show();
    }
  }
}
