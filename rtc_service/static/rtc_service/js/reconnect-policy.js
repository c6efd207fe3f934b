/** When to try again: exponential backoff with full jitter, so that clients cut off together do not come back together. */

export class ReconnectPolicy {
  #first;
  #longest;
  #giveUpAfter;
  #random;

  /**
   * @param {object} [options]
   * @param {number} [options.first]  ms, upper bound of the first delay
   * @param {number} [options.longest]  ms, upper bound of every delay
   * @param {number} [options.giveUpAfter]  ms without a connection after which it stops; a workbench never does
   * @param {() => number} [options.random]  0 to 1
   */
  constructor({ first = 250, longest = 8000, giveUpAfter = Infinity, random = Math.random } = {}) {
    this.#first = first;
    this.#longest = longest;
    this.#giveUpAfter = giveUpAfter;
    this.#random = random;
  }

  /**
   * @param {number} attempt  0 for the first try after a loss
   * @param {number} elapsed  ms since the connection was lost
   * @returns {number|null} ms to wait, or null = give up
   */
  delay(attempt, elapsed) {
    if (elapsed >= this.#giveUpAfter) return null;
    return this.#random() * Math.min(this.#longest, this.#first * 2 ** Math.min(attempt, 30));
  }
}
