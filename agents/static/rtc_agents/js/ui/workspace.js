/**
 * Shows what belongs to the moment: children with `data-views="call wrap_up"` are visible in those views only.
 *
 * Also owns the full-page notices (`data-notice="elsewhere"`) that cover everything while the connection is refused,
 * ended or in another tab.
 */
import { viewOf } from "./desk.js";
import { Part, define, show } from "./part.js";

const NOTICES = new Set(["elsewhere", "refused", "ended"]);

class Workspace extends Part {
  ready() {
    this.on(this.part("take-over"), "click", () => this.session.takeOver());
    for (const button of this.parts("reload")) this.on(button, "click", () => globalThis.location.reload());
  }

  update(state) {
    const notice = NOTICES.has(state.connection) ? state.connection : "";
    // A first connection has no desk yet: better a moment of nothing than a wrong card.
    const view = notice ? "notice" : state.desk?.agents ? viewOf(state, this.page) : "loading";
    if (this.dataset.view === view && this.dataset.notice === notice) return;
    this.dataset.view = view;
    this.dataset.notice = notice;
    for (const child of this.querySelectorAll("[data-views]")) {
      show(child, child.dataset.views.split(" ").includes(view));
    }
    for (const card of this.querySelectorAll("[data-notice-for]")) show(card, card.dataset.noticeFor === notice);
    this.dispatchEvent(new CustomEvent("rtc:view", { detail: view, bubbles: true }));
  }
}

define("rtc-desk-workspace", Workspace);
