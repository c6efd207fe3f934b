/** One error class for the whole suite: `code` is stable and published, `message` is for developers. */

export class RtcError extends Error {
  /**
   * @param {string} code  a code of `rtc_service/exceptions.py`, or one of this side's: timeout, connection_lost, stopped
   * @param {string} [detail]
   * @param {number|null} [retryAfter]  seconds to wait, where waiting helps
   */
  constructor(code, detail = "", retryAfter = null) {
    super(detail || code);
    this.name = "RtcError";
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
}

/** What getUserMedia's DOMException names mean to the person in front of the device (W3C mediacapture-main, 10.3). */
const PROBLEMS = /** @type {const} */ ({
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
  OverconstrainedError: "overconstrained",
});

/**
 * @param {any} error  what getUserMedia rejected with
 * @returns {import("./types.js").ProblemCode}
 */
export function problemCode(error) {
  if (error instanceof RtcError && error.code === "insecure") return "insecure";
  return PROBLEMS[/** @type {keyof typeof PROBLEMS} */ (error?.name)] ?? "failed";
}
