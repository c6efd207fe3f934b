/**
 * The tab's own name on the socket. It lives in sessionStorage, which a refresh keeps and "duplicate tab" copies; a
 * lock that the first tab holds tells the copy that the name is taken.
 */

import { uuid } from "./protocol.js";

/** A refresh releases the old page's lock a moment after the new page asks for it; a duplicated tab waits in vain. */
const HANDOVER_MS = 500;

/** The name that one page holds, from when it is first needed until it is released. */
export class TabName {
  /** "" until it is found */
  name = "";
  #storage;
  #wanted;
  #onCopied;
  #life = new AbortController();
  /** @type {Promise<void>|null} */
  #found = null;

  /**
   * @param {Storage} storage
   * @param {string} wanted  a name that the page has chosen, or ""
   * @param {() => void} onCopied  the storage came from another tab that is still open
   */
  constructor(storage, wanted, onCopied) {
    this.#storage = storage;
    this.#wanted = wanted;
    this.#onCopied = onCopied;
  }

  /** @returns {Promise<void>} `name` is there, unless it was released meanwhile */
  find() {
    const { signal } = this.#life;
    this.#found ??= claimTab(this.#storage, signal, this.#wanted).then(({ tab, copied }) => {
      if (signal.aborted) return;
      this.name = tab;
      if (copied) this.#onCopied();
    });
    return this.#found;
  }

  release() {
    this.#life.abort();
    this.#life = new AbortController();
    this.#found = null;
    this.name = "";
  }
}

/**
 * @param {Storage} storage
 * @param {AbortSignal} signal  releases the name
 * @param {string} [wanted]  a name that the page has chosen
 * @param {LockManager|undefined} [locks]  absent outside secure contexts: then a duplicate goes unnoticed
 * @returns {Promise<{tab: string, copied: boolean}>} `copied`: the storage came from another tab that is still open
 */
export async function claimTab(storage, signal, wanted = "", locks = globalThis.navigator?.locks) {
  const known = wanted || storage.getItem("rtc.tab");
  if (known && (await hold(known, signal, locks))) return { tab: known, copied: false };
  const tab = uuid();
  storage.setItem("rtc.tab", tab);
  await hold(tab, signal, locks);
  return { tab, copied: known !== null };
}

/**
 * @param {string} tab
 * @param {AbortSignal} signal
 * @param {LockManager|undefined} locks
 * @returns {Promise<boolean>} whether this page holds the name now
 */
function hold(tab, signal, locks) {
  if (!locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    const released = new Promise((release) => signal.addEventListener("abort", release, { once: true }));
    locks
      .request(`rtc.tab.${tab}`, { signal: AbortSignal.timeout(HANDOVER_MS) }, () => {
        resolve(true);
        return released;
      })
      .catch(() => resolve(false));
  });
}
