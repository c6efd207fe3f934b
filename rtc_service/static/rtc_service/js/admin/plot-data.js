/**
 * What a chart reads from its columns. Pure. The columns of all parties share their times: `undefined` stands where only
 * another party has measured, `null` where this one has a gap.
 *
 * @typedef {Array<number|null|undefined>} Column
 */

/** A value further from the pointer than this, in seconds, is not the value there. */
const REACH = 20;

/** Seconds as m:ss, from an hour on as h:mm:ss. @param {number} seconds */
export function clockWords(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/**
 * The nearest place with a value or a gap of this party: those of the others hold `undefined` here.
 * @param {Column} values
 * @param {ArrayLike<number>} times
 * @param {number} index  where the pointer is
 * @param {number} at  seconds
 */
export function nearest(values, times, index, at) {
  let [left, right] = [index, index];
  while (left > 0 && values[left] === undefined) left -= 1;
  while (right < times.length - 1 && values[right] === undefined) right += 1;
  const best = Math.abs(times[left] - at) <= Math.abs(times[right] - at) && values[left] !== undefined ? left : right;
  return values[best] !== undefined && Math.abs(times[best] - at) <= REACH ? best : null;
}

/**
 * Points that no line touches: without a dot they would not be seen.
 * @param {Column} values
 * @param {number} from
 * @param {number} to
 */
export function lonely(values, from, to) {
  const found = [];
  let before = /** @type {number|null} */ (null); // index of the last value since the last gap
  let alone = false;
  for (let index = from; index <= to; index += 1) {
    const value = values[index];
    if (value === undefined) continue;
    if (value === null) {
      if (alone && before !== null) found.push(before);
      [before, alone] = [null, false];
    } else {
      alone = before === null;
      before = index;
    }
  }
  if (alone && before !== null) found.push(before);
  return found;
}

/**
 * A gap reaches from the value before it to the one after it, and not only to what another party has measured there.
 * @param {Column} values
 * @returns {Column}
 */
export function closeGaps(values) {
  const closed = values.slice();
  for (let index = 0; index < closed.length; index += 1) {
    if (closed[index] !== null) continue;
    for (let left = index - 1; left >= 0 && closed[left] === undefined; left -= 1) closed[left] = null;
    for (let right = index + 1; right < closed.length && closed[right] === undefined; right += 1) closed[right] = null;
  }
  return closed;
}
