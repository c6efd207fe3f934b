/** Five stars and a comment: one click sends the stars, the comment may follow. */
import { part, show } from "./element.js";

export class Rating {
  #parts;
  #session;
  #done = false;

  constructor(root, session, signal) {
    this.#session = session;
    const names = ["rating", "stars", "rating-more", "comment", "rating-send", "rating-error", "thanks"];
    this.#parts = Object.fromEntries(names.map((name) => [name, part(root, name)]));
    const { rating, stars } = this.#parts;
    stars.addEventListener("change", () => this.#choose(), { signal });
    rating.addEventListener("submit", (event) => { event.preventDefault(); this.#send(); }, { signal });
  }

  /** `wanted`: there was a conversation, and it has no rating yet. */
  update(wanted) {
    show(this.#parts.rating, wanted && !this.#done);
    show(this.#parts.thanks, this.#done);
  }

  get #score() {
    return Number(this.#parts.stars.querySelector("input:checked")?.value ?? 0);
  }

  #choose() {
    const score = this.#score;
    [...this.#parts.stars.children].forEach((star, index) => star.toggleAttribute("data-lit", index < score));
    show(this.#parts["rating-more"], true);
  }

  async #send() {
    const { comment, thanks } = this.#parts;
    const button = this.#parts["rating-send"];
    button.disabled = true;
    try {
      await this.#session.rate(this.#score, comment.value.trim());
      this.#done = true;
      this.update(false);
      thanks.focus();
    } catch {
      show(this.#parts["rating-error"], true);
    } finally {
      button.disabled = false;
    }
  }
}
