/**
 * What a hello is made of: the newest resume token of this tab, or a fresh token from the session view.
 *
 * @typedef {{token: string, ws: string}} Session
 * @typedef {{url: string, hello: {token?: string, resume?: string}}} Hello
 */

import { now } from "./clock.js";

/** The server takes a token for 60 s: what has lain here for longer than this may come too late. */
const STOCK_MS = 45_000;

export class Credentials {
  #openSession;
  #storage;
  #scope;
  /** @type {{at: number, session: Promise<Session>, here: Session|null}|null} fetched ahead, never more than one */
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
    const stock = { at: now(), session: this.#openSession(), here: /** @type {Session|null} */ (null) };
    this.#stock = stock;
    stock.session.then(
      (session) => (stock.here = session),
      () => this.#stock === stock && (this.#stock = null), // the connection asks again
    );
  }

  /** What needs no waiting for, or null. @returns {Hello|null} */
  ready() {
    if (this.#resume) return this.#resume;
    const { at = 0, here = null } = this.#stock ?? {};
    if (!here || now() - at > STOCK_MS) return null;
    this.#stock = null;
    return this.#fresh(here);
  }

  /** @returns {Promise<Hello>} rejects as openSession does */
  async get() {
    if (this.#resume) return this.#resume;
    const stock = this.#stock;
    this.#stock = null;
    return this.#fresh(await (stock && now() - stock.at < STOCK_MS ? stock.session : this.#openSession()));
  }

  /** @param {Session} session @returns {Hello} */
  #fresh({ token, ws }) {
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

  /** @returns {Hello|null} */
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
