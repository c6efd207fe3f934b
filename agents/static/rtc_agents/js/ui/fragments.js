/**
 * HTML fragments from our own server, rendered and escaped by Django: fetched, parsed apart from the page (so that a
 * script in one would never run), and put in without disturbing what the user is typing.
 */
import { morph } from "./morph.js";

const HEADERS = { "X-Requested-With": "XMLHttpRequest" };

/** GET a fragment. Resolves to `{ok, status, html}`; rejects only on a network failure. A redirect (to the log-in) is not ok. */
export async function getFragment(url) {
  return answerOf(await fetch(url, { credentials: "same-origin", headers: HEADERS }));
}

/** POST a form's data; the answer is a fragment, or nothing (204). */
export async function postFragment(url, data, csrf) {
  const headers = { ...HEADERS, "X-CSRFToken": csrf };
  return answerOf(await fetch(url, { method: "POST", body: data, credentials: "same-origin", headers }));
}

async function answerOf(response) {
  const html = response.status === 204 ? "" : await response.text();
  return { ok: response.ok && !response.redirected, status: response.redirected ? 401 : response.status, html };
}

/** Make the container's content what the fragment says. */
export function place(container, html) {
  morph(container, new DOMParser().parseFromString(html, "text/html").body);
}
