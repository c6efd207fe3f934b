/**
 * abs-capture-time: the RTP header extension that carries when a frame was captured. Chromium knows it but leaves it
 * "stopped": both ends must ask for it before their description is made, and only then are capture times true.
 */

const URI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time";

/** @param {RTCRtpTransceiver} transceiver */
export function askForCaptureTime(transceiver) {
  const able = /** @type {any} */ (transceiver);
  if (!able.setHeaderExtensionsToNegotiate) return;
  const extensions = able.getHeaderExtensionsToNegotiate();
  for (const extension of extensions) if (extension.uri === URI) extension.direction = "sendrecv";
  able.setHeaderExtensionsToNegotiate(extensions);
}

/**
 * Did both ends agree on it?
 * @param {RTCRtpTransceiver|undefined} transceiver
 * @returns {boolean}
 */
export function hasCaptureTime(transceiver) {
  const negotiated = /** @type {any} */ (transceiver)?.getNegotiatedHeaderExtensions?.() ?? [];
  return negotiated.some((/** @type {any} */ { uri, direction }) => uri === URI && direction !== "stopped");
}
