/** The list beside the player: scrolls along with the recording, and leads back to a moment. Event "seek" detail=seconds. */
import { timeWords } from "./format.js";

export class EventList extends EventTarget {
  #current = -1;

  constructor(root) {
    super();
    this.list = root.querySelector('[data-part="entries"]');
    this.follow = root.querySelector('[data-part="follow"]');
    this.entries = [...root.querySelectorAll('[data-part="entry"]')];
    this.times = this.entries.map((entry) => Number(entry.dataset.at));
    this.entries.forEach((entry, index) => {
      entry.querySelector('[data-part="stamp"]').textContent = timeWords(this.times[index]);
      entry.querySelector("button").addEventListener("click", () => {
        this.dispatchEvent(new CustomEvent("seek", { detail: this.times[index] }));
      });
    });
  }

  show(at) {
    const current = this.times.findLastIndex((time) => time <= at + 0.05);
    if (current === this.#current) return;
    this.#current = current;
    this.entries.forEach((entry, index) => {
      entry.toggleAttribute("data-past", index < current);
      if (index === current) entry.setAttribute("aria-current", "true");
      else entry.removeAttribute("aria-current");
    });
    if (this.follow.checked && !this.list.matches(":hover")) this.#scrollTo(this.entries[Math.max(current, 0)]);
  }

  /** Inside the list only: the page itself must not move. */
  #scrollTo(entry) {
    const middle = entry.offsetTop - this.list.offsetTop - this.list.clientHeight / 2 + entry.clientHeight / 2;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.list.scrollTo({ top: middle, behavior: still ? "instant" : "smooth" });
  }
}
