/** The questions that wait for the customer's answer, one at a time, above the call: nothing waits for them. */
import { show } from "./element.js";
import { promptViews } from "./prompt-views.js";

export class Prompts {
  #root;
  #session;
  #views;
  /** @type {string|null} uuid of the one that is shown */
  #shown = null;
  #title = "";

  constructor(root, session, signal) {
    this.#root = root;
    this.#session = session;
    this.#views = new Map(promptViews().map(([kind, View]) => {
      const view = new View(root, signal);
      view.addEventListener("answer", ({ detail }) => this.#answer(view, detail), { signal });
      return [kind, view];
    }));
  }

  /** What is asked now, for the live region; or "". */
  get title() {
    return this.#title;
  }

  /** @returns {boolean} whether something is asked */
  update(prompts) {
    const prompt = prompts.find(({ kind }) => this.#views.has(kind));
    const asked = prompt && this.#views.get(prompt.kind);
    for (const view of this.#views.values()) if (view !== asked) this.#hide(view);
    this.#title = "";
    if (asked) this.#show(asked, prompt);
    this.#shown = prompt?.prompt ?? null;
    return Boolean(asked);
  }

  #show(view, prompt) {
    if (prompt.prompt !== this.#shown) view.failed(false);
    view.update(prompt.payload);
    view.element.toggleAttribute("data-busy", prompt.answering);
    view.element.setAttribute("aria-busy", String(prompt.answering));
    show(view.element, true);
    this.#title = view.title;
  }

  /** The keyboard goes on in the window, not at the top of the page. */
  #hide(view) {
    if (view.element.hidden) return;
    const focused = view.element.contains(this.#root.getRootNode().activeElement);
    show(view.element, false);
    if (focused) this.#root.focus({ preventScroll: true });
  }

  async #answer(view, { accept, answer }) {
    const uuid = this.#shown;
    view.failed(false);
    try {
      await this.#session.answerPrompt(uuid, accept, answer);
    } catch {
      if (uuid === this.#shown) view.failed(true);
    }
  }
}
