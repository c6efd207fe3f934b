/** JSON over HTTP to our own views, with errors in the suite's one class (application/problem+json carries `code`). */

import { RtcError } from "./errors.js";

/**
 * @param {string} url
 * @param {object} body
 * @param {{csrf?: string, credentials?: RequestCredentials, signal?: AbortSignal}} [options]
 *   `credentials`: "same-origin" by default, so that a widget on another origin sends no cookies
 * @returns {Promise<any>} the answer's JSON; rejects with RtcError
 */
export async function postJson(url, body, { csrf = "", credentials = "same-origin", signal } = {}) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", ...(csrf && { "X-CSRFToken": csrf }) },
      body: JSON.stringify(body),
      credentials,
      signal,
    });
  } catch (error) {
    throw new RtcError(signal?.aborted ? "stopped" : "connection_lost", String(error));
  }
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  throw new RtcError(answer?.code ?? `http_${response.status}`, answer?.detail ?? "", retryAfter(response));
}

/** @param {Response} response */
function retryAfter(response) {
  const seconds = Number(response.headers.get("Retry-After") ?? NaN);
  return Number.isFinite(seconds) ? seconds : null;
}
