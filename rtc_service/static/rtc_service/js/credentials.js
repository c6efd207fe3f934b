/** What a hello is made of: the newest resume token of this tab, or a fresh token from the session view. */

import { now } from "./clock.js";

/** The server takes a token for 60 s: what has lain here for longer than this may come too late. */
const STOCK_MS = 45_000;

export class Credentials {
  #openSession;
  #storage;
  #scope;
  /** @type {{at: number, session: Promise<{token: string, ws: string}>}|null} fetched ahead, never more than one */
  #stock = null;

  /**
   * @param {() => Promise<{token: string, ws: string}>} openSession
   * @param {Pick<Storage, "getItem"|"setItem"|"removeItem">} storage
   * @param {string} scope  keeps two kinds of user in one tab apart
   */
  constructor(openSession, storage, scope) {
    this.#openSession = openSession;
    this.#storage = storage;
    this.#scope = scope;
  }

  /** Fetch a token ahead of the connection that will need it, unless there is one or a resume token will do. */
  prefetch() {
    if (this.#resume || (this.#stock && now() - this.#stock.at < STOCK_MS)) return;
    const stock = { at: now(), session: this.#openSession() };
    this.#stock = stock;
    stock.session.catch(() => {
      if (this.#stock === stock) this.#stock = null; // the connection asks again
    });
  }

  /** @returns {Promise<{url: string, hello: {token?: string, resume?: string}}>} rejects as openSession does */
  async get() {
    if (this.#resume) return this.#resume;
    const stock = this.#stock;
    this.#stock = null;
    const { token, ws } = await (stock && now() - stock.at < STOCK_MS ? stock.session : this.#openSession());
    this.#storage.setItem(this.#key("ws"), ws);
    return { url: ws, hello: { token } };
  }

  /** @param {string} resume  of the newest welcome */
  keep(resume) {
    this.#storage.setItem(this.#key("resume"), resume);
  }

  /** The next connection starts from a fresh session. */
  forget() {
    this.#storage.removeItem(this.#key("resume"));
  }

  get #resume() {
    const resume = this.#storage.getItem(this.#key("resume"));
    const url = this.#storage.getItem(this.#key("ws"));
    return resume && url ? { url, hello: { resume } } : null;
  }

  /** @param {string} name */
  #key(name) {
    return `rtc.${this.#scope}.${name}`;
  }
}
