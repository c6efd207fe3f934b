/**
 * Do packets arrive? Watches one peer connection and says "connecting", "up", "stale" or "failed"; on trouble it
 * restarts ICE at once, and when that does not help it asks for a new peer connection.
 *
 * Events: "state" (detail = {state, cause, route}), "shown" (the first picture is decoded, or there is none to come),
 * "renew" (detail = cause).
 *
 * @typedef {import("./types.js").FlowState} FlowState
 */

import { on, tell } from "./events.js";
import { flow, route } from "./stats-summary.js";

const POLL_MS = 500;
const FIRST_POLL_MS = 60; // until it is up: this is a part of the time to the first picture
const STALE_MS = 1000;
const SILENT_MS = 2000; // then it is no hiccup: the browser itself says "disconnected" only after 5 s and more
const RENEW_MS = 6000;

export class MediaFlow extends EventTarget {
  /** @type {FlowState} */
  state = "connecting";
  #peer;
  #expected;
  #iceServers;
  #packets = 0;
  #movedAt = performance.now();
  #shown = false;
  #recovering = false;
  #stopping = new AbortController();
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #renewTimer;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #pollTimer;

  /**
   * @param {import("./peer-connection.js").PeerConnection} peer
   * @param {() => {audio: boolean, video: boolean}} expected  what the other side says it sends
   * @param {() => RTCIceServer[]} iceServers  the newest credentials
   */
  constructor(peer, expected, iceServers) {
    super();
    this.#peer = peer;
    this.#expected = expected;
    this.#iceServers = iceServers;
  }

  start() {
    const { signal } = this.#stopping;
    on(this.#peer, "ice", () => this.#onIce(), signal);
    on(this.#peer, "flowing", () => void this.#look(), signal);
    // A peer connection that never connects has no "disconnected" to react to.
    this.#armRenewal();
    void this.#poll();
  }

  stop() {
    this.#stopping.abort();
    clearTimeout(this.#renewTimer);
    clearTimeout(this.#pollTimer);
  }

  /** Look for another way now; a new peer connection is asked for when it is not found in time. */
  recover() {
    if (this.#stopping.signal.aborted || this.state === "up") return;
    this.#recovering = true;
    this.#peer.restartIce(this.#iceServers());
    this.#armRenewal();
  }

  #onIce() {
    const ice = this.#peer.pc.iceConnectionState;
    if (ice === "disconnected") this.#trouble("stale", "disconnected");
    else if (ice === "failed") this.#trouble("failed", "ice_failed");
    else if (ice === "connected") void this.#look();
  }

  /**
   * @param {FlowState} state
   * @param {string} cause
   */
  #trouble(state, cause) {
    this.#enter(state, cause);
    if (!this.#recovering) this.recover();
  }

  #armRenewal() {
    clearTimeout(this.#renewTimer);
    this.#renewTimer = setTimeout(() => {
      if (this.state === "up") return;
      tell(this, "renew", this.state === "connecting" ? "never_up" : "not_recovered");
      this.#armRenewal();
    }, RENEW_MS);
  }

  async #poll() {
    if (this.#stopping.signal.aborted) return;
    await this.#look();
    const pause = this.state === "up" && this.#shown ? POLL_MS : FIRST_POLL_MS;
    if (!this.#stopping.signal.aborted) this.#pollTimer = setTimeout(() => void this.#poll(), pause);
  }

  async #look() {
    const { pc } = this.#peer;
    if (pc.connectionState !== "connected" || pc.iceConnectionState === "disconnected") return;
    const report = await pc.getStats();
    if (this.#stopping.signal.aborted) return;
    const { packets, frames } = flow(report);
    const { audio, video } = this.#expected();
    const now = performance.now();
    if (packets !== this.#packets || !(audio || video)) {
      // Nobody sends: a connected transport is all there is to ask for.
      this.#packets = packets;
      this.#movedAt = now;
      this.#enter("up", "", report);
      if ((frames > 0 || !video) && !this.#shown) {
        this.#shown = true;
        tell(this, "shown");
      }
    } else if (now - this.#movedAt > STALE_MS) {
      this.#enter("stale", "no_packets");
      if (now - this.#movedAt > SILENT_MS && !this.#recovering) this.recover();
    }
  }

  /**
   * @param {FlowState} state
   * @param {string} cause
   * @param {RTCStatsReport} [report]
   */
  #enter(state, cause, report) {
    if (state === this.state) return;
    this.state = state;
    if (state === "up") {
      this.#recovering = false;
      clearTimeout(this.#renewTimer);
    }
    tell(this, "state", { state, cause, route: report ? route(report) : null });
  }
}
