/** Who the customer is to the service: the shop's log-in by its cookies, a signed identity from the page, or a guest that this browser remembers. */
import { postJson } from "../http.js";

const GUEST = "rtc.guest";

/**
 * @param {{session: string}} urls
 * @param {string} identity the page's signed identity, or ""
 * @param {Storage} storage where the guest is remembered
 * @returns {Promise<{token: string, ws: string}>} `ws` is absolute
 */
export async function openSession(urls, identity, storage) {
  const answer = await postJson(urls.session, { guest: read(storage), identity });
  if (answer.guest) write(storage, answer.guest);
  return { token: answer.token, ws: socketUrl(answer.ws, urls.session) };
}

function socketUrl(ws, base) {
  const url = new URL(ws, base);
  if (url.protocol === "https:") url.protocol = "wss:";
  if (url.protocol === "http:") url.protocol = "ws:";
  return url.href;
}

// Private modes and blocked third-party storage throw on access: the guest is then new at each visit.
function read(storage) {
  try {
    return storage.getItem(GUEST) || "";
  } catch {
    return "";
  }
}

function write(storage, guest) {
  try {
    storage.setItem(GUEST, guest);
  } catch {
    // see read()
  }
}
