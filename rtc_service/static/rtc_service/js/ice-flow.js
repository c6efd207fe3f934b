/**
 * The state of a link that only carries away: nothing comes in that could be counted, so it is as good as its ICE.
 * Whoever listens watches over the packets and asks for the next generation; here nothing is restarted or renewed.
 * The same face as `MediaFlow`.
 *
 * Event: "state" (detail = {state, cause, route}).
 *
 * @typedef {import("./types.js").FlowState} FlowState
 */

import { on, tell } from "./events.js";
import { route } from "./stats-summary.js";

/** What iceConnectionState (W3C webrtc-pc, 4.3.3) means here; "new" and "checking" are still connecting. */
const STATES = /** @type {Record<string, [FlowState, string]>} */ ({
  connected: ["up", ""],
  completed: ["up", ""],
  disconnected: ["stale", "disconnected"],
  failed: ["failed", "ice_failed"],
});

export class IceFlow extends EventTarget {
  /** @type {FlowState} */
  state = "connecting";
  #peer;
  #stopping = new AbortController();

  /** @param {import("./peer-connection.js").PeerConnection} peer */
  constructor(peer) {
    super();
    this.#peer = peer;
  }

  start() {
    on(this.#peer, "ice", () => void this.#look(), this.#stopping.signal);
  }

  stop() {
    this.#stopping.abort();
  }

  /** The socket is back: nothing to do, the listener decides. */
  recover() {}

  async #look() {
    const [state, cause] = STATES[this.#peer.pc.iceConnectionState] ?? [this.state, ""];
    if (state === this.state) return;
    this.state = state;
    const report = state === "up" ? await this.#peer.pc.getStats() : null;
    if (this.#stopping.signal.aborted || state !== this.state) return;
    tell(this, "state", { state, cause, route: report && route(report) });
  }
}
