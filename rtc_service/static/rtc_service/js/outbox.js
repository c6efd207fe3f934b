/**
 * Messages that must arrive, in order, whatever happens to the socket: each is kept until the server has answered it,
 * and sent again after a reconnect. Repeating is harmless, because `client_id`, `n` or "the last one counts" make it so.
 *
 * @typedef {{kind: string, body: any, call: string|null, key: string|null, sent: number,
 *   resolve: (result: any) => void, reject: (error: Error) => void}} Item
 */

import { RtcError } from "./errors.js";

/** What says nothing against the message itself: it stays and is sent again. */
const AGAIN = new Set(["connection_lost", "timeout"]);

export class Outbox {
  /** @type {Item[]} */
  #items = [];
  #request;
  /** @type {Set<ReturnType<typeof setTimeout>>} */
  #pauses = new Set();
  #open = false;
  #tries = 0;

  /** @param {(kind: string, body: any, options: {call: string|null}) => Promise<any>} request */
  constructor(request) {
    this.#request = request;
  }

  /**
   * @param {string} kind
   * @param {any} body
   * @param {{call?: string|null, key?: string|null}} [options]  `key`: a newer message with it replaces an unsent older one
   * @returns {Promise<any>} the server's result; rejects with RtcError when it refuses, or when dropped
   */
  add(kind, body, { call = null, key = null } = {}) {
    if (key) this.drop((item) => item.key === key && !item.sent);
    const promise = new Promise((resolve, reject) => this.#items.push({ kind, body, call, key, sent: 0, resolve, reject }));
    if (this.#open) this.#flush();
    return promise;
  }

  /** The socket is open: send what waits, oldest first. */
  open() {
    this.#open = true;
    this.#flush();
  }

  /** The socket is gone: what was not answered will be sent again. */
  close() {
    this.#open = false;
    for (const item of this.#items) item.sent = 0;
    for (const pause of this.#pauses) clearTimeout(pause);
    this.#pauses.clear();
  }

  /** @param {(item: Item) => boolean} test  what is no longer worth sending; its promise rejects with `dropped` */
  drop(test) {
    const dropped = this.#items.filter(test);
    this.#items = this.#items.filter((item) => !dropped.includes(item));
    for (const item of dropped) item.reject(new RtcError("dropped"));
  }

  get size() {
    return this.#items.length;
  }

  #flush() {
    for (const item of this.#items) if (!item.sent) void this.#send(item);
  }

  /** @param {Item} item */
  async #send(item) {
    const attempt = (item.sent = ++this.#tries);
    try {
      const result = await this.#request(item.kind, item.body, { call: item.call });
      this.#remove(item);
      item.resolve(result);
    } catch (error) {
      if (!(error instanceof RtcError)) throw error;
      if (item.sent !== attempt) return; // it has been sent again on a newer socket
      if (AGAIN.has(error.code)) this.#later(item, error.code === "timeout" ? 0 : null);
      else if (error.retryAfter !== null) this.#later(item, error.retryAfter * 1000);
      else {
        this.#remove(item);
        item.reject(error);
      }
    }
  }

  /**
   * @param {Item} item
   * @param {number|null} milliseconds  null = at the next open()
   */
  #later(item, milliseconds) {
    if (milliseconds === null || !this.#open) {
      item.sent = 0;
      return;
    }
    const pause = setTimeout(() => {
      this.#pauses.delete(pause);
      item.sent = 0;
      if (this.#open) this.#flush();
    }, milliseconds);
    this.#pauses.add(pause);
  }

  /** @param {Item} item */
  #remove(item) {
    this.#items = this.#items.filter((other) => other !== item);
  }
}
