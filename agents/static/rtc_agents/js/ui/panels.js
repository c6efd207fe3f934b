/**
 * The cards beside the call, rendered by the server (`rtc_service.registry` panels).
 *
 * Each `[data-rtc-panel="<name>"]` is fetched when a call starts, and again after the event kinds in its
 * `data-refresh-on` (`Panel.refresh_on`) or in its fragment's
 * `data-rtc-refresh-on` (prefixes will do). What the staff member is typing in it is left alone.
 */
import { callOf } from "./desk.js";
import { getFragment, place } from "./fragments.js";
import { Part, define, setText, show } from "./part.js";

const CALM_MS = 200;

class Panels extends Part {
  ready() {
    this.cards = [...this.querySelectorAll("[data-rtc-panel]")];
    this.timers = new Map();
    this.on(this.session, "rtc:event", (event) => this.#happened(event.detail));
    this.on(this.page.autosave, "rtc:reload", (event) => {
      const card = event.detail.form.closest("[data-rtc-panel]");
      if (card) this.#load(card);
    });
    for (const card of this.cards) {
      this.on(card.querySelector('[data-part="retry"]'), "click", () => this.#load(card));
    }
  }

  update(state) {
    const call = callOf(state);
    if (call === this.call) return;
    // A call that is over and wrapped up leaves nothing of the customer on the screen.
    this.page.autosave.flush();
    this.call = call;
    for (const card of this.cards) {
      body(card).replaceChildren();
      if (call) this.#load(card);
    }
  }

  #happened(event) {
    if (event.call !== this.call) return;
    for (const card of this.cards) {
      if (interests(card).some((prefix) => event.kind.startsWith(prefix))) this.#soon(card);
    }
  }

  /** Events come in bursts; one fetch serves them all. */
  #soon(card) {
    clearTimeout(this.timers.get(card));
    this.timers.set(card, setTimeout(() => this.#load(card), CALM_MS));
  }

  async #load(card) {
    const { call } = this;
    if (!call) return;
    const name = card.dataset.rtcPanel;
    card.setAttribute("aria-busy", "true");
    let answer;
    try {
      answer = await getFragment(this.page.urls.panel(call, name));
    } catch {
      answer = { ok: false, status: 0, html: "" };
    }
    if (call !== this.call) return;
    card.removeAttribute("aria-busy");
    if (answer.ok) place(body(card), answer.html);
    setText(card.querySelector('[data-part="words"]'), answer.ok ? "" : this.say(answer.status === 403 ? "forbidden" : "failed"));
    show(card.querySelector('[data-part="problem"]'), !answer.ok);
    card.toggleAttribute("data-empty", answer.ok && !answer.html.trim());
  }
}

function body(card) {
  return card.querySelector("[data-rtc-panel-body]");
}

/** Event kinds, or their beginnings, after which the card is out of date. */
function interests(card) {
  const ofFragment = body(card).firstElementChild?.dataset.rtcRefreshOn ?? "";
  return `${card.dataset.refreshOn ?? ""} ${ofFragment}`.split(" ").filter(Boolean);
}

define("rtc-desk-panels", Panels);
