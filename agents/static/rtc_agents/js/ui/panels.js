/**
 * The cards beside the call, rendered by the server (`rtc_service.registry` panels).
 *
 * Each `[data-rtc-panel="<name>"]` is fetched when a call starts, as soon as its first picture is there, and again
 * after the event kinds in its `data-refresh-on` (`Panel.refresh_on`) or the event kinds and topics in its fragment's
 * `data-rtc-refresh-on` (prefixes will do). What the staff member is typing in it is left alone.
 */
import { callOf } from "./desk.js";
import { getFragment, place } from "./fragments.js";
import { Part, define, setText, show } from "./part.js";

const CALM_MS = 200;
/** At the start of a call the customer's picture comes first, but it does not keep the cards away for longer than this. */
const PATIENCE_MS = 1000;

class Panels extends Part {
  ready() {
    this.cards = [...this.querySelectorAll("[data-rtc-panel]")];
    this.timers = new Map();
    this.waiting = null;
    this.on(this.session, "rtc:event", ({ detail }) => detail.call === this.call && this.#happened(detail.kind));
    this.on(this.session, "rtc:topic", ({ detail }) => this.#happened(detail.key));
    // Media events do not bubble; the stage's picture is caught on its way down.
    this.on(document, "loadeddata", () => this.waiting && this.#loadAll(), { capture: true });
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
    clearTimeout(this.waiting);
    for (const card of this.cards) body(card).replaceChildren();
    this.waiting = call ? setTimeout(() => this.#loadAll(), state.call?.state === "connecting" ? PATIENCE_MS : 0) : null;
  }

  #loadAll() {
    clearTimeout(this.waiting);
    this.waiting = null;
    for (const card of this.cards) this.#load(card);
  }

  /** @param {string} what  an event's kind or a topic's key */
  #happened(what) {
    if (this.waiting) return; // they are fetched soon anyway
    for (const card of this.cards) {
      if (interests(card).some((prefix) => what.startsWith(prefix))) this.#soon(card);
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

/** Event kinds and topics, or their beginnings, after which the card is out of date. */
function interests(card) {
  const ofFragment = body(card).firstElementChild?.dataset.rtcRefreshOn ?? "";
  return `${card.dataset.refreshOn ?? ""} ${ofFragment}`.split(" ").filter(Boolean);
}

define("rtc-desk-panels", Panels);
