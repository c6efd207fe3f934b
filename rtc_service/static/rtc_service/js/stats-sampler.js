/**
 * Reads one peer connection's statistics every few seconds and measures capture to display on frames that are shown.
 *
 * Event: "window" (detail = {window, seconds, stats}); `window` is its start in ms on the server's clock.
 */

import { latencyOfCaptureTime, latencyOfCaptureTimestamp, now } from "./clock.js";
import { tell } from "./events.js";
import { summarise } from "./stats-summary.js";

const PERIOD_MS = 5000;
/** Ten frames a second say as much about the delay as thirty, and some of the questions wait for WebRTC's own threads. */
const FRAME_MS = 90;

export class StatsSampler extends EventTarget {
  #peer;
  #clock;
  #period;
  /** @type {number[]} ms, of the frames shown in the present window */
  #latencies = [];
  /** @type {Map<string, any>|RTCStatsReport|null} */
  #before = null;
  #beganAt = 0;
  #stopping = new AbortController();
  /** @type {AbortController|null} */
  #watching = null;
  /** @type {HTMLVideoElement|null} */
  #unseen = null;
  #knowsCaptureTime = false;
  /** @type {number|null} the sender's offset to the server's clock in ms, as it told us */
  peerOffset = null;

  /**
   * @param {import("./peer-connection.js").PeerConnection} peer
   * @param {import("./clock.js").ServerClock} clock
   * @param {number} [period]  ms
   */
  constructor(peer, clock, period = PERIOD_MS) {
    super();
    this.#peer = peer;
    this.#clock = clock;
    this.#period = period;
  }

  /** @param {HTMLVideoElement|null} [video]  where the picture is shown; without one an unseen element stands in */
  start(video = null) {
    this.watch(video ?? this.#standIn());
    void this.#begin();
    const timer = setInterval(() => void this.#sample(), this.#period);
    this.#stopping.signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  }

  stop() {
    this.#stopping.abort();
    this.#watching?.abort();
    this.#release();
  }

  /** Measure on this element from now on. @param {HTMLVideoElement} video */
  watch(video) {
    this.#watching?.abort();
    if (video !== this.#unseen) this.#release();
    if (!video.requestVideoFrameCallback || this.#stopping.signal.aborted) return;
    this.#watching = new AbortController();
    const { signal } = this.#watching;
    let measured = 0;
    const onFrame = (/** @type {number} */ _, /** @type {VideoFrameCallbackMetadata} */ metadata) => {
      if (signal.aborted) return;
      if (metadata.presentationTime - measured > FRAME_MS) {
        measured = metadata.presentationTime;
        const latency = this.#latency(metadata);
        if (latency !== null) this.#latencies.push(latency);
      }
      handle = video.requestVideoFrameCallback(onFrame);
    };
    let handle = video.requestVideoFrameCallback(onFrame);
    signal.addEventListener("abort", () => video.cancelVideoFrameCallback(handle), { once: true });
  }

  #standIn() {
    const video = (this.#unseen = document.createElement("video"));
    video.muted = true;
    video.playsInline = true;
    video.srcObject = this.#peer.stream;
    video.play().catch(() => {}); // refused or interrupted: then there is no latency to tell, which is what null says
    return video;
  }

  /** A second player of the same picture costs as much as the first. */
  #release() {
    if (this.#unseen) this.#unseen.srcObject = null;
    this.#unseen = null;
  }

  /** @param {VideoFrameCallbackMetadata} metadata */
  #latency(metadata) {
    if (!(this.#knowsCaptureTime ||= this.#peer.knowsCaptureTime)) return null;
    const direct = latencyOfCaptureTime(performance.now(), metadata.captureTime);
    if (direct !== null) return direct;
    // The receiver's newest source is often one frame ahead of the one shown: the RTP timestamp tells.
    const source = /** @type {any} */ (this.#peer.receiver("video")?.getSynchronizationSources?.()[0]);
    if (!source || source.rtpTimestamp !== metadata.rtpTimestamp) return null;
    return latencyOfCaptureTimestamp(now(), source.captureTimestamp, this.#clock.offset, this.peerOffset);
  }

  async #begin() {
    this.#before = await this.#peer.pc.getStats();
    this.#beganAt = now();
  }

  async #sample() {
    if (!this.#before) return;
    const after = await this.#peer.pc.getStats();
    if (this.#stopping.signal.aborted) return;
    const seconds = (now() - this.#beganAt) / 1000;
    const stats = summarise(this.#before, after, seconds, this.#latencies);
    const window = Math.round(this.#clock.toServer(this.#beganAt));
    this.#before = after;
    this.#beganAt = now();
    this.#latencies = [];
    tell(this, "window", { window, seconds: Math.min(60, seconds), stats });
  }
}
