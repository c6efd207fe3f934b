/** The one clock of the player: a position in the recording that moves by the wall, at a rate. Pure. */

export class PlayClock {
  #base = 0;
  #since = null;
  #rate = 1;

  /**
   * @param {number} length seconds
   * @param {() => number} now milliseconds that never go back
   */
  constructor(length, now = () => performance.now()) {
    this.length = length;
    this.now = now;
  }

  /** Seconds in the recording, 0 to `length`. */
  get position() {
    const run = this.#since === null ? 0 : ((this.now() - this.#since) / 1000) * this.#rate;
    return Math.min(this.length, Math.max(0, this.#base + run));
  }

  get running() {
    return this.#since !== null;
  }

  get ended() {
    return this.position >= this.length;
  }

  get rate() {
    return this.#rate;
  }

  set rate(rate) {
    this.#anchor();
    this.#rate = rate;
  }

  run() {
    if (this.#since === null) this.#since = this.now();
  }

  hold() {
    this.#anchor();
    this.#since = null;
  }

  seek(position) {
    this.#base = Math.min(this.length, Math.max(0, position));
    if (this.#since !== null) this.#since = this.now();
  }

  #anchor() {
    this.#base = this.position;
    if (this.#since !== null) this.#since = this.now();
  }
}
