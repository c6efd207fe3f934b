/** What a hello is made of: the newest resume token of this tab, or a fresh token from the session view. */

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

  /** @returns {Promise<{url: string, hello: {token?: string, resume?: string}}>} rejects as openSession does */
  async get() {
    const resume = this.#storage.getItem(this.#key("resume"));
    const known = this.#storage.getItem(this.#key("ws"));
    if (resume && known) return { url: known, hello: { resume } };
    const { token, ws } = await this.#openSession();
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

  /** @param {string} name */
  #key(name) {
    return `rtc.${this.#scope}.${name}`;
  }
}
