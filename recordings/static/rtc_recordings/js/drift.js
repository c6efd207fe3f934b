/**
 * How a video that has drifted from the clock comes back: by its rate, so that nobody notices; by a jump when it is too
 * far away. Pure. Seconds; a positive drift is a video ahead of the clock.
 */
export const JUMP = 0.3;
const BEGIN = 0.02; // smaller drifts are left alone
const ENOUGH = 0.006; // a correction that has begun goes on down to here
const MOST = 0.12; // of the rate

/**
 * @param {number} drift
 * @param {number} rate of the clock
 * @param {boolean} correcting whether a correction is under way
 * @returns {{jump: boolean, rate: number, correcting: boolean}}
 */
export function correction(drift, rate, correcting = false) {
  const size = Math.abs(drift);
  if (size > JUMP) return { jump: true, rate, correcting: false };
  if (size < (correcting ? ENOUGH : BEGIN)) return { jump: false, rate, correcting: false };
  // In steps: each new rate makes the browser's resampler start anew.
  const share = Math.round(Math.min(MOST, size * 1.6) * 50) / 50 || 0.02;
  return { jump: false, rate: rate * (1 - Math.sign(drift) * share), correcting: true };
}
