/**
 * How well the call goes, as both ends measure it: our figures go to the server and to the other side, theirs come back.
 *
 * Event: "change" (`value` has moved).
 *
 * @typedef {import("./types.js").SessionState["quality"]} Quality
 */

import { on, tell } from "./events.js";

export class CallQuality extends EventTarget {
  /** @type {Quality} */
  value = null;

  /**
   * @param {object} parts
   * @param {any} parts.signalling  a SignallingClient
   * @param {{call: string|null}} parts.log
   * @param {EventTarget} parts.links
   * @param {any} parts.notes  PeerNotes
   */
  constructor({ signalling, log, links, notes }) {
    super();
    on(links, "window", (window) => {
      signalling.send("quality", window, { call: log.call });
      notes.say("quality", { ...window.stats, clock_offset: signalling.clock.offset });
      this.#set({ local: window.stats, remote: this.value?.remote ?? null });
    });
    on(notes, "quality", (stats) => this.#set({ local: this.value?.local ?? null, remote: stats }));
  }

  /** The call is over. */
  reset() {
    this.value = null;
  }

  /** @param {Quality} value */
  #set(value) {
    this.value = value;
    tell(this, "change");
  }
}
