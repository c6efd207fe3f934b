/**
 * The text beside the picture. The lines are the call's own (`state.call.messages`), so they survive a refresh; one on
 * its way is pale, one that did not get through can be sent again.
 *
 * <rtc-desk-chat>: parts `list empty form text send`, and <template> part `line` (parts `who body`, a <time>).
 */
import { Part, define, setText } from "./part.js";

class Chat extends Part {
  ready() {
    this.list = this.part("list");
    this.field = this.part("text");
    this.lines = new Map();
    this.on(this.part("form"), "submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.on(this.field, "keydown", (event) => {
      // Enter while an input method composes belongs to the input method.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
  }

  update(state) {
    const { call } = state;
    if (call?.call !== this.call) this.#clear(call?.call);
    const messages = call?.messages ?? [];
    if (messages !== this.messages) this.#show(messages);
    this.part("send").disabled = !call || call.state === "ended";
    this.field.disabled = this.part("send").disabled;
    this.toggleAttribute("data-empty", !this.list.childElementCount);
  }

  #clear(call) {
    this.call = call;
    this.lines.clear();
    this.list.replaceChildren();
  }

  #show(messages) {
    this.messages = messages;
    if (!messages.length && !this.lines.size) return; // reading the list's height would lay the page out for nothing
    const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60;
    const keys = new Set(messages.map(keyOf));
    for (const [key, line] of this.lines) {
      if (keys.has(key)) continue;
      line.remove();
      this.lines.delete(key);
    }
    for (const message of messages) this.#put(message);
    if (atEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  #put(message) {
    let line = this.lines.get(keyOf(message));
    if (!line) {
      line = this.#line(message);
      this.lines.set(keyOf(message), line);
      this.list.append(line);
    }
    line.classList.toggle("rtc-pending", Boolean(message.pending));
  }

  #line({ body, role, at }) {
    const line = this.part("line").content.firstElementChild.cloneNode(true);
    line.dataset.role = role;
    setText(line.querySelector('[data-part="who"]'), this.say(`role-${role}`) || role);
    setText(line.querySelector('[data-part="body"]'), body);
    const time = line.querySelector("time");
    time.dateTime = new Date(at).toISOString();
    time.textContent = new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    return line;
  }

  async #send() {
    const text = this.field.value.trim();
    if (!text || this.part("send").disabled) return;
    this.field.value = "";
    this.list.scrollTop = this.list.scrollHeight;
    try {
      await this.session.chat(text);
    } catch (error) {
      this.#failed(text, error);
    }
  }

  #failed(text, error) {
    const line = this.#line({ body: text, role: "staff", at: this.page.now() });
    line.classList.add("rtc-failed");
    const again = document.createElement("button");
    again.type = "button";
    again.className = "rtc-link";
    again.textContent = this.say("again");
    again.title = this.page.explain(error);
    again.addEventListener("click", () => {
      line.remove();
      this.field.value = text;
      this.#send();
    });
    line.append(again);
    this.list.append(line);
    this.list.scrollTop = this.list.scrollHeight;
  }
}

function keyOf(message) {
  return message.client_id || message.message;
}

define("rtc-desk-chat", Chat);
