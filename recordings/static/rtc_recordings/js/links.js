/**
 * Keeps the media links alive: asks for fresh ones before they die, and at once when a video has failed. Events:
 * "links" detail={links: {party: url}, damaged: [party]}, "over" (a reason is needed again), "gone" (deleted),
 * "offline" detail=boolean.
 */
const SHARE = 0.7; // of a link's life
const RETRY = [1, 2, 5, 10, 20]; // seconds

export class Links extends EventTarget {
  #timer = 0;
  #failures = 0;
  #asking = null;

  /** `post`: postJson of the core's http.js. */
  constructor({ url, csrf, seconds, post }) {
    super();
    Object.assign(this, { url, csrf, seconds, post });
  }

  start() {
    this.#again(this.seconds * SHARE);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  /** Fresh links now; calls that come together are one request. */
  renew() {
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #ask() {
    this.stop();
    try {
      const answer = await this.post(this.url, {}, { csrf: this.csrf });
      this.#failures = 0;
      this.seconds = answer.seconds;
      this.#tell("offline", false);
      this.#tell("links", answer);
      this.#again(this.seconds * SHARE);
    } catch (error) {
      if (error.code === "gone") return this.#tell("gone");
      // Logged out, or no longer allowed: giving a reason again leads to the page that says which.
      if (["reason_needed", "not_yours", "http_401", "http_403"].includes(error.code)) return this.#tell("over");
      this.#tell("offline", true);
      this.#again(RETRY[Math.min(this.#failures++, RETRY.length - 1)]);
    }
  }

  #again(seconds) {
    this.stop();
    this.#timer = setTimeout(() => this.renew(), seconds * 1000);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
