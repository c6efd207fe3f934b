/**
 * The state switch in the header: ready, or away with a reason. The server decides; the switch shows what it said.
 *
 * <rtc-desk-presence data-text-…>: parts `state`, `since`, `ready`, `away` (details), buttons `data-reason`, `error`.
 */
import { clock } from "./format.js";
import { deskOf } from "./desk.js";
import { Part, define, setText, show } from "./part.js";

class Presence extends Part {
  ready() {
    this.on(this.part("ready"), "click", () => this.#tell("agents.ready", {}));
    for (const button of this.querySelectorAll("[data-reason]")) {
      this.on(button, "click", () => this.#away(button.dataset.reason));
    }
    this.on(document, "click", (event) => {
      const menu = this.part("away");
      if (menu.open && !menu.contains(event.target)) menu.open = false;
    });
    this.on(this, "keydown", (event) => {
      if (event.key !== "Escape" || !this.part("away").open) return;
      this.part("away").open = false;
      this.part("away").querySelector("summary").focus();
    });
    this.every(1000, () => this.#tick());
  }

  update(state) {
    const { presence } = deskOf(state);
    this.presence = presence;
    this.dataset.state = presence.state;
    const reason = presence.state === "away" ? this.#reasonWords(presence.reason) : "";
    setText(this.part("state"), reason ? `${this.say("away")} · ${reason}` : this.say(presence.state));
    const free = ["ready", "away", "wrap_up"].includes(presence.state) && state.connection === "open";
    const pressed = presence.state === "ready" ? "true" : "false";
    this.part("ready").disabled = !free && !(presence.state === "offline" && this.page.started);
    this.part("ready").setAttribute("aria-pressed", pressed);
    this.part("away").classList.toggle("rtc-disabled", !free);
    this.part("away").classList.toggle("rtc-pressed", presence.state === "away");
    if (!free) this.part("away").open = false;
    this.#tick();
  }

  #tick() {
    const { since, state } = this.presence;
    setText(this.part("since"), since && state !== "offline" ? clock((this.page.now() - since) / 1000) : "");
  }

  #reasonWords(code) {
    const button = this.querySelector(`[data-reason="${CSS.escape(code ?? "")}"]`);
    return button?.textContent.trim() ?? (this.say(`reason-${code}`) || code || "");
  }

  #away(reason) {
    this.part("away").open = false;
    this.#tell("agents.away", { reason });
  }

  async #tell(kind, body) {
    show(this.part("error"), false);
    try {
      await this.session.send(kind, body);
    } catch (error) {
      setText(this.part("error"), this.page.explain(error));
      show(this.part("error"), true);
    }
  }
}

define("rtc-desk-presence", Presence);
