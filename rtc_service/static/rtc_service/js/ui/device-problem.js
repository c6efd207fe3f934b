/** Why camera or microphone do not work, in plain words, and the ways on. */
import { part, setText, show } from "./element.js";
import { LIVE } from "./phase.js";

export class DeviceProblem extends EventTarget {
  #parts;
  #texts;
  #dismissed = "";

  constructor(root, texts, signal) {
    super();
    this.#texts = texts;
    const names = ["problem", "problem-title", "problem-detail", "problem-retry", "problem-audio", "problem-text"];
    this.#parts = Object.fromEntries(names.map((name) => [name, part(root, name)]));
    for (const way of ["retry", "audio", "text"]) {
      this.#parts[`problem-${way}`].addEventListener("click", () => this.dispatchEvent(new Event(way)), { signal });
    }
  }

  /** The customer has decided to go on with what there is: this problem is not shown again, another one is. */
  dismiss(problem) {
    this.#dismissed = keyOf(problem);
  }

  /** The customer switches a device on after all: what is in the way is said again. */
  renew() {
    this.#dismissed = "";
  }

  /** What is shown now, or "". */
  get title() {
    return this.#parts.problem.hidden ? "" : this.#parts["problem-title"].textContent;
  }

  /** @returns {boolean} whether a problem is shown */
  update(phase, state, preparing) {
    const { problem, microphone } = state.local;
    if (!problem) this.#dismissed = "";
    const shown = Boolean(problem) && !preparing && LIVE.has(phase) && keyOf(problem) !== this.#dismissed;
    const parts = this.#parts;
    show(parts.problem, shown);
    if (!shown) return false;
    setText(parts["problem-title"], this.#texts.first([`problem.${problem.code}.${problem.kind}`, `problem.${problem.code}`, "problem.failed"]));
    const detail = this.#texts.first([`problem.${problem.code}.detail`, "problem.failed.detail"]);
    setText(parts["problem-detail"], microphone ? this.#texts.join(detail, this.#texts.get("problem.now_audio")) : detail);
    show(parts["problem-retry"], problem.code !== "insecure");
    show(parts["problem-audio"], problem.code !== "insecure" && problem.kind !== "microphone");
    return true;
  }
}

function keyOf(problem) {
  return problem ? `${problem.code} ${problem.kind}` : "";
}
