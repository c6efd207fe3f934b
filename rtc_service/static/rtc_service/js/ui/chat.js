/** Messages beside the call: from the queue on, with what is still on its way, and a count while nobody looks. */
import { part, setText, show } from "./element.js";

const NEAR_END_PX = 60;

export class Chat extends EventTarget {
  #parts;
  #texts;
  #session;
  #rows = new Map();
  #seen = 0;
  #visible = false;
  #messages = null;

  constructor(root, session, texts, signal) {
    super();
    this.#session = session;
    this.#texts = texts;
    const names = ["chat", "log", "log-empty", "composer", "message", "newest", "side"];
    this.#parts = Object.fromEntries(names.map((name) => [name, part(root, name)]));
    const { composer, message, log, newest } = this.#parts;
    composer.addEventListener("submit", (event) => { event.preventDefault(); this.#submit(); }, { signal });
    message.addEventListener("keydown", (event) => this.#key(event), { signal });
    message.addEventListener("input", () => this.#grow(), { signal });
    newest.addEventListener("click", () => this.#toEnd(), { signal });
    log.addEventListener("scroll", () => this.#atEnd() && show(newest, false), { signal });
  }

  /** Others' messages that came while the chat was not in sight. */
  get unread() {
    return Math.max(0, this.#fromOthers() - this.#seen);
  }

  set visible(visible) {
    this.#visible = visible;
    if (visible) this.#markSeen();
  }

  focus() {
    this.#parts.message.focus();
    this.#toEnd();
  }

  update(state) {
    const messages = state.call?.messages ?? [];
    if (messages === this.#messages) return;
    this.#messages = messages;
    const before = this.#rows.size;
    // Asked only when it matters: it makes the browser lay the whole window out.
    const stays = messages.length > before && this.#atEnd();
    for (const message of messages) this.#put(message, state);
    this.#drop(new Set(messages.map((message) => message.client_id)));
    show(this.#parts["log-empty"], this.#rows.size === 0);
    if (this.#rows.size > before) {
      if (stays) this.#toEnd();
      else show(this.#parts.newest, true);
    }
    if (this.#visible) this.#markSeen();
  }

  #fromOthers() {
    return [...this.#rows.values()].filter((row) => !row.own).length;
  }

  #markSeen() {
    this.#seen = this.#fromOthers();
  }

  #put(message, state) {
    const own = message.role === "customer";
    let row = this.#rows.get(message.client_id);
    if (!row) {
      row = this.#row(own, message, own ? this.#texts.get("name.you") : this.#nameOf(message, state));
      this.#rows.set(message.client_id, row);
    }
    row.element.toggleAttribute("data-pending", Boolean(message.pending));
    setText(row.note, message.pending ? this.#texts.get("sending") : timeOf(message.at, this.#texts.language));
  }

  /** Lines that the server refused are gone from the call. */
  #drop(kept) {
    for (const [id, row] of this.#rows) {
      if (kept.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
  }

  #nameOf(message, state) {
    return state.call?.participants[message.participant]?.name || state.call?.staff?.name || this.#texts.get("agent");
  }

  #row(own, message, name) {
    const element = document.createElement("div");
    element.className = own ? "bubble own" : "bubble";
    const who = document.createElement("span");
    who.className = own ? "hidden-text" : "bubble-name";
    who.textContent = name;
    const body = document.createElement("p");
    body.className = "bubble-text";
    body.dir = "auto";
    body.textContent = message.body;
    const note = document.createElement("span");
    note.className = "bubble-note";
    element.append(who, body, note);
    this.#parts.log.append(element);
    return { element, note, own };
  }

  /** Enter sends, Shift+Enter breaks the line; the Enter that ends an input method's composition does neither. */
  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const field = this.#parts.message;
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    this.#grow();
    this.#send(text);
  }

  async #send(text) {
    try {
      await this.#session.chat(text);
    } catch {
      this.#offerAgain(text);
    }
    this.#toEnd();
  }

  /** A line that was refused stays in sight until it is sent: a tap tries again. */
  #offerAgain(text) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "bubble own failed";
    const body = document.createElement("span");
    body.className = "bubble-text";
    body.textContent = text;
    const note = document.createElement("span");
    note.className = "bubble-note";
    note.textContent = this.#texts.get("not_sent");
    button.append(body, note);
    button.addEventListener("click", () => { button.remove(); this.#send(text); }, { once: true });
    this.#parts.log.append(button);
  }

  #grow() {
    const field = this.#parts.message;
    field.rows = Math.min(4, Math.max(1, field.value.split("\n").length, Math.ceil(field.value.length / 34)));
  }

  #atEnd() {
    const { log } = this.#parts;
    return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;
  }

  #toEnd() {
    const { log, newest } = this.#parts;
    log.scrollTop = log.scrollHeight;
    show(newest, false);
  }
}

function timeOf(at, language) {
  return new Date(at).toLocaleTimeString(language ? [language] : [], { hour: "2-digit", minute: "2-digit" });
}
