/** Two short words for CustomEvents: every object of the suite speaks by them. */

/**
 * @param {EventTarget} target
 * @param {string} type
 * @param {any} [detail]
 */
export function tell(target, type, detail = null) {
  target.dispatchEvent(new CustomEvent(type, { detail }));
}

/**
 * @param {EventTarget} target
 * @param {string} type
 * @param {(detail: any) => void} handler
 * @param {AbortSignal} [signal]
 */
export function on(target, type, handler, signal) {
  target.addEventListener(type, (event) => handler(/** @type {CustomEvent} */ (event).detail), { signal });
}
