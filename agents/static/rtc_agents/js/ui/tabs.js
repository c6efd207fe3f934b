/**
 * On a narrow screen one card at a time: a row of tabs that picks which. On a wide one the row is hidden by CSS and
 * all cards stand side by side; nothing here needs to know which it is.
 * <rtc-desk-tabs>: buttons `data-tab="chat"`; the workspace carries the choice in `data-tab`.
 */
import { viewOf } from "./desk.js";
import { Part, define } from "./part.js";

class Tabs extends Part {
  ready() {
    this.host = this.closest("[data-tab-host]");
    this.buttons = [...this.querySelectorAll("[data-tab]")];
    for (const button of this.buttons) this.on(button, "click", () => this.#choose(button.dataset.tab));
    this.on(this, "keydown", (event) => this.#key(event));
    this.#choose(this.buttons[0]?.dataset.tab);
  }

  update(state) {
    // After a call without a word the chat has nothing to show; the last card (the ticket) has.
    const silent = viewOf(state, this.page) === "wrap_up" && !state.call?.messages.length;
    if (silent && this.chosen === "chat") this.#choose(this.buttons.at(-1).dataset.tab);
  }

  #choose(name) {
    this.chosen = name;
    for (const button of this.buttons) {
      const on = button.dataset.tab === name;
      button.setAttribute("aria-selected", String(on));
      button.tabIndex = on ? 0 : -1;
    }
    for (const page of this.host.querySelectorAll("[data-tab-page]")) {
      page.classList.toggle("rtc-tab-off", page.dataset.tabPage !== name);
    }
  }

  #key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = this.buttons.indexOf(document.activeElement);
    const next = this.buttons[(at + step + this.buttons.length) % this.buttons.length];
    next.focus();
    this.#choose(next.dataset.tab);
  }
}

define("rtc-desk-tabs", Tabs);
