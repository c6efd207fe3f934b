/**
 * After the call: a code, a note, and the time that the server leaves for it. Enter in the form finishes.
 * <rtc-desk-wrap-up>: parts `form code note left bar error finish`. An unfinished note is kept through a refresh.
 */
import { clock } from "./format.js";
import { deskOf } from "./desk.js";
import { Part, define, setText, show } from "./part.js";

const DRAFT = "rtc.wrap_up";

class WrapUp extends Part {
  ready() {
    this.on(this.part("form"), "submit", (event) => {
      event.preventDefault();
      this.#finish();
    });
    this.on(this.part("form"), "input", () => this.#keep());
    this.every(500, () => this.#tick());
  }

  update(state) {
    const wrapUp = deskOf(state).wrap_up;
    if (wrapUp?.call === this.wrapUp?.call) {
      this.wrapUp = wrapUp;
      return;
    }
    this.#keepOnServer();
    this.wrapUp = wrapUp;
    this.whole = wrapUp?.until ? wrapUp.until - this.page.now() : 0;
    this.part("form").reset();
    show(this.part("error"), false);
    if (!wrapUp) {
      sessionStorage.removeItem(DRAFT);
      return;
    }
    this.#restore();
    this.#tick();
    if (this.page.autoAccept) this.#finish();
    else this.part("form").querySelector("input, select, textarea")?.focus();
  }

  /** The time ran out, or ready or away was chosen meanwhile: what was written is still worth keeping. */
  #keepOnServer() {
    const { code, note } = this.#values();
    if (!this.wrapUp || this.finished === this.wrapUp.call || !(code || note)) return;
    this.session.send("agents.wrap_up", { call: this.wrapUp.call, code, note }).catch((error) => this.page.report(error));
  }

  #values() {
    const data = new FormData(this.part("form"));
    return { code: String(data.get("code") ?? ""), note: String(data.get("note") ?? "") };
  }

  #keep() {
    if (this.wrapUp) sessionStorage.setItem(DRAFT, JSON.stringify({ call: this.wrapUp.call, ...this.#values() }));
  }

  #restore() {
    let draft = null;
    try {
      draft = JSON.parse(sessionStorage.getItem(DRAFT));
    } catch {
      sessionStorage.removeItem(DRAFT);
    }
    if (draft?.call !== this.wrapUp.call) return;
    this.part("note").value = draft.note;
    const code = this.querySelector(`[name="code"][value="${CSS.escape(draft.code)}"]`);
    if (code) code.checked = true;
  }

  async #finish() {
    const button = this.part("finish");
    if (!this.wrapUp || button.disabled) return;
    const { call } = this.wrapUp;
    const values = this.#values();
    button.disabled = true;
    show(this.part("error"), false);
    try {
      await this.page.autosave.flush();
      this.finished = call;
      await this.session.send("agents.wrap_up", { call, ...values });
    } catch (error) {
      this.finished = null;
      setText(this.part("error"), this.page.explain(error));
      show(this.part("error"), true);
    } finally {
      button.disabled = false;
    }
  }

  #tick() {
    if (!this.wrapUp) return;
    const left = this.wrapUp.until ? Math.max(0, this.wrapUp.until - this.page.now()) : 0;
    setText(this.part("left"), this.wrapUp.until ? clock(left / 1000) : "");
    this.part("bar").value = this.whole > 0 ? left / this.whole : 0;
    this.part("bar").classList.toggle("rtc-late", left < 10_000);
  }
}

define("rtc-desk-wrap-up", WrapUp);
