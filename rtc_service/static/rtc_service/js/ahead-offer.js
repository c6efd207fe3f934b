/**
 * The offer that is made while the call waits and rings, told to the server ahead: whoever answers has it before this
 * page has even learnt of the answer. The server gives it to nobody else.
 */

import { on } from "./events.js";
import { uuid } from "./protocol.js";

export class AheadOffer {
  id = uuid();
  /** How many messages were told; the link goes on counting after them. */
  n = 0;
  #life = new AbortController();

  /**
   * @param {EventTarget & {pc: RTCPeerConnection, offer(): void, close(): void}} peer  before its offer
   * @param {{send(kind: string, body: object): boolean}} signalling
   */
  constructor(peer, signalling) {
    this.peer = peer;
    const { signal } = this.#life;
    // Said now or not at all: on the next socket the server knows nothing of it, and the offer goes with the link.
    const say = (/** @type {object} */ part) => {
      if (signalling.send("link.ahead", { ahead: this.id, n: this.n + 1, ...part })) this.n += 1;
    };
    on(peer, "description", ({ sdp }) => say({ sdp }), signal);
    on(peer, "candidates", (candidates) => say({ candidates }), signal);
    peer.offer();
  }

  /** The link takes over from here. */
  release() {
    this.#life.abort();
  }

  close() {
    this.release();
    this.peer.close();
  }
}
