/** The questions that wait for the customer's answer, one at a time, above the call: nothing waits for them. */
import { part, setText, show } from "./element.js";
import { promptViews } from "./prompt-views.js";

export class Prompts {
  #root;
  #session;
  #views;
  /** @type {string|null} uuid of the one that is shown */
  #shown = null;
  #live;

  constructor(root, session, signal) {
    this.#root = root;
    this.#session = session;
    this.#live = part(root, "live-prompt");
    this.#views = new Map(promptViews().map(([kind, View]) => {
      const view = new View(root, signal);
      view.addEventListener("answer", ({ detail }) => this.#answer(view, detail), { signal });
      return [kind, view];
    }));
  }

  /** @returns {boolean} whether something is asked */
  update(prompts) {
    const prompt = prompts.find(({ kind }) => this.#views.has(kind));
    const asked = prompt && this.#views.get(prompt.kind);
    for (const view of this.#views.values()) if (view !== asked) this.#hide(view);
    if (asked) this.#show(asked, prompt);
    else setText(this.#live, "");
    this.#shown = prompt?.prompt ?? null;
    return Boolean(asked);
  }

  #show(view, prompt) {
    if (prompt.prompt !== this.#shown) view.failed(false);
    view.update(prompt.payload);
    view.element.toggleAttribute("data-busy", prompt.answering);
    view.element.setAttribute("aria-busy", String(prompt.answering));
    show(view.element, true);
    setText(this.#live, view.words); // a region of its own: a long question is not said again with each turn of the call
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
