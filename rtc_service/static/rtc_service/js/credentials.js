/**
 * What a hello is made of: the newest resume token of this tab, or a fresh token from the session view.
 *
 * @typedef {{token: string, ws: string}} Session
 * @typedef {{url: string, hello: {token?: string, resume?: string}}} Hello
 */

export class Credentials {
  #openSession;
  #storage;
  #scope;

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

  /** What needs no waiting for, or null. @returns {Hello|null} */
  ready() {
    return this.#resume;
  }

  /** @returns {Promise<Hello>} rejects as openSession does */
  async get() {
    return this.#resume ?? this.#fresh(await this.#openSession());
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
