/** The end page: why it ended, the rating, the ticket and where to follow it. */
import { formatDuration, part, setText, show } from "./element.js";
import { Rating } from "./rating.js";

const GOOD = new Set(["hang_up", "cancelled"]);

export class AfterCall extends EventTarget {
  #parts;
  #texts;
  #rating;
  #urls;

  constructor(root, session, urls, texts, signal) {
    super();
    this.#texts = texts;
    this.#urls = urls;
    const names = ["after", "after-mark", "after-title", "after-detail", "ticket", "ticket-number", "ticket-state", "ticket-link", "call-again", "done"];
    this.#parts = Object.fromEntries(names.map((name) => [name, part(root, name)]));
    this.#rating = new Rating(root, session, signal);
    this.#parts["call-again"].addEventListener("click", () => this.dispatchEvent(new Event("again")), { signal });
    this.#parts.done.addEventListener("click", () => this.dispatchEvent(new Event("done")), { signal });
  }

  focus() {
    this.#parts["after-title"].focus();
  }

  get title() {
    return this.#parts["after-title"].textContent;
  }

  update(phase, call, { staffName, endedBy }) {
    const shown = phase === "ended";
    show(this.#parts.after, shown);
    if (!shown) return;
    const reason = call.end_reason || "hang_up";
    const by = { customer: ".you", staff: staffName ? ".other" : "" }[endedBy] ?? "";
    this.#parts["after-mark"].toggleAttribute("data-good", GOOD.has(reason));
    setText(this.#parts["after-title"], this.#texts.first([`ended.${reason}${by}`, `ended.${reason}`, "ended.hang_up"], { name: staffName }));
    setText(this.#parts["after-detail"], this.#detail(reason, call));
    this.#rating.update(call.answered_at !== null && !call.rating);
    this.#ticket(call.ticket);
  }

  #detail(reason, call) {
    const detail = this.#texts.get(`ended.${reason}.detail`);
    if (!call.answered_at || !call.ended_at) return detail;
    const time = formatDuration((call.ended_at - call.answered_at) / 1000);
    return this.#texts.join(detail, this.#texts.get("ended.duration", { time }));
  }

  #ticket(ticket) {
    const parts = this.#parts;
    show(parts.ticket, Boolean(ticket));
    if (!ticket) return;
    setText(parts["ticket-number"], ticket.number);
    setText(parts["ticket-state"], this.#texts.get(`ticket.${ticket.state}`));
    const url = ticket.url ? new URL(ticket.url, this.#urls.service) : null;
    show(parts["ticket-link"], url !== null && url.protocol.startsWith("http"));
    if (url) parts["ticket-link"].href = url.href;
  }
}
