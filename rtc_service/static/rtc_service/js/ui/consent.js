/** The question whether the call may be recorded: the service's own words of the day, and two answers of equal weight. */
import { part, setText, show } from "./element.js";

/** Event: "answer" (detail = {accept, answer}). */
export class Consent extends EventTarget {
  #parts;

  constructor(root, signal) {
    super();
    this.element = part(root, "prompt-consent");
    const names = ["title", "text", "error", "yes", "no"];
    this.#parts = Object.fromEntries(names.map((name) => [name, part(this.element, `consent-${name}`)]));
    const say = (accept) => this.dispatchEvent(new CustomEvent("answer", { detail: { accept, answer: {} } }));
    this.#parts.yes.addEventListener("click", () => say(true), { signal });
    this.#parts.no.addEventListener("click", () => say(false), { signal });
  }

  /** For the live region. */
  get words() {
    return `${this.#parts.title.textContent.trim()} – ${this.#parts.text.textContent}`;
  }

  /** @param {{text: string, language: string}} payload  the newest wording in the customer's language */
  update({ text, language }) {
    setText(this.#parts.text, text ?? "");
    if (language) this.#parts.text.lang = language;
  }

  failed(failed) {
    show(this.#parts.error, failed);
  }
}
