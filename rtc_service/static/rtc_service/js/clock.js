/**
 * The offset between this machine's clock and the server's, and what it says about latency. Pure.
 *
 * The best sample is the one with the shortest round trip: queueing only ever adds to it, and half of what it adds is
 * the error (NTP's clock filter, RFC 5905 section 10).
 */

/** NTP counts from 1900, the web from 1970 (RFC 5905 section 6): milliseconds between the two. */
export const NTP_EPOCH_MS = 2_208_988_800_000;

/** A frame cannot be older than this and still be of interest; larger values are clocks that went wrong. */
const LONGEST_LATENCY_MS = 60_000;

/** This machine's wall clock in ms with fractions; steadier than Date.now() within one page. */
export function now() {
  return performance.timeOrigin + performance.now();
}

export class ServerClock {
  /** @type {{offset: number, rtt: number}[]} */
  #samples = [];
  #size;

  /** @param {number} [size]  how many pings are remembered: 40 follow a drifting clock and still hold a quick one */
  constructor(size = 40) {
    this.#size = size;
  }

  /**
   * @param {number} sent  this clock when the ping left
   * @param {number} received  this clock when the pong came
   * @param {number} serverTime  the server's clock in between
   */
  add(sent, received, serverTime) {
    const rtt = received - sent;
    if (!(rtt >= 0)) return;
    this.#samples.push({ offset: serverTime - (sent + received) / 2, rtt });
    if (this.#samples.length > this.#size) this.#samples.shift();
  }

  /** Forget everything: after a sleep the old samples speak of another clock. */
  reset() {
    this.#samples = [];
  }

  get #best() {
    return this.#samples.reduce((best, sample) => (sample.rtt < best.rtt ? sample : best), this.#samples[0]);
  }

  /** Milliseconds to add to this clock to get the server's; null before the first pong. */
  get offset() {
    return this.#samples.length ? this.#best.offset : null;
  }

  /** Shortest round trip to the server in ms, or null. */
  get rtt() {
    return this.#samples.length ? this.#best.rtt : null;
  }

  /** @param {number} local  a time on this clock; before the first pong it is given back as it is */
  toServer(local) {
    return local + (this.offset ?? 0);
  }
}

/**
 * Capture-to-display latency from requestVideoFrameCallback's `captureTime`, which the browser gives on this page's
 * performance clock. True to within 3 ms only while the abs-capture-time extension is negotiated; without it the same
 * field is 26 to 30 ms too high.
 *
 * @param {number} shown  performance.now() when the frame was shown
 * @param {number|undefined} captureTime
 * @returns {number|null} ms
 */
export function latencyOfCaptureTime(shown, captureTime) {
  return captureTime === undefined ? null : plausible(shown - captureTime);
}

/**
 * The same from RTCRtpContributingSource.captureTimestamp, which is on the sender's clock: both ends' offsets to the
 * server's clock bring it here. Used where the browser has no `captureTime` for the frame yet.
 *
 * @param {number} shown  this machine's wall clock when the frame was shown
 * @param {number|undefined} captureTimestamp  NTP milliseconds on the sender's clock
 * @param {number|null} offset  this machine's offset to the server
 * @param {number|null} peerOffset  the sender's offset to the server
 * @returns {number|null} ms
 */
export function latencyOfCaptureTimestamp(shown, captureTimestamp, offset, peerOffset) {
  if (captureTimestamp === undefined || offset === null || peerOffset === null) return null;
  return plausible(shown + offset - (captureTimestamp - NTP_EPOCH_MS + peerOffset));
}

/** @param {number} latency */
function plausible(latency) {
  // A few ms below zero is the error of the clocks and means "at once".
  return latency > -50 && latency < LONGEST_LATENCY_MS ? Math.max(0, latency) : null;
}
