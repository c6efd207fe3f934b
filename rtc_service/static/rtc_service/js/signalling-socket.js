/**
 * One WebSocket from open to close: frames in and out, requests with their answers, the heartbeat. It never reconnects.
 *
 * Events: "open", "message" (detail = envelope that answers no request), "pong" (detail = body and `received`),
 * "close" (detail = code); "close" comes exactly once, also when the other side just fell silent.
 */

import { now } from "./clock.js";
import { RtcError } from "./errors.js";
import { tell } from "./events.js";
import { decode, encode, uuid } from "./protocol.js";

/** No pong within this many beats: the socket is dead even if TCP has not noticed. */
const SILENT_BEATS = 2;
const DEAD = 1006;

export class SignallingSocket extends EventTarget {
  #socket;
  /** @type {Map<string, {resolve: (envelope: any) => void, reject: (error: Error) => void}>} */
  #pending = new Map();
  #silent = 0;
  #received = 0;
  #closed = false;
  #stopping = new AbortController();
  /** @type {() => {seqs: Record<string, number>, hidden: boolean}} */
  #facts = () => ({ seqs: {}, hidden: false });

  /**
   * @param {string} url
   * @param {typeof WebSocket} Socket
   */
  constructor(url, Socket) {
    super();
    this.#socket = new Socket(url);
    this.#socket.onopen = () => tell(this, "open");
    this.#socket.onmessage = (event) => this.#onFrame(event.data);
    this.#socket.onclose = (event) => this.#end(event.code);
  }

  /**
   * @param {string} kind
   * @param {object} [body]
   * @param {{id?: string|null, call?: string|null}} [envelope]
   * @returns {boolean} false when the socket is not open
   */
  send(kind, body, envelope) {
    const frame = encode(kind, body, envelope);
    if (this.#closed || this.#socket.readyState !== 1) return false;
    this.#socket.send(frame);
    return true;
  }

  /**
   * @param {string} kind
   * @param {object} body
   * @param {{call?: string|null, timeout?: number}} [options]  ms
   * @returns {Promise<any>} the `ok` result (for `replay` the rows); rejects with RtcError
   */
  request(kind, body, { call = null, timeout = 10_000 } = {}) {
    const id = uuid();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(reject, new RtcError("timeout", kind)), timeout);
      const settle = (/** @type {(value: any) => void} */ finish, /** @type {any} */ value) => {
        clearTimeout(timer);
        this.#pending.delete(id);
        finish(value);
      };
      this.#pending.set(id, {
        resolve: ({ kind: answer, body: result }) => settle(resolve, answer === "ok" ? (result.result ?? {}) : result),
        reject: (error) => settle(reject, error),
      });
      try {
        if (!this.send(kind, body, { id, call })) settle(reject, new RtcError("connection_lost", kind));
      } catch (error) {
        settle(reject, error);
      }
    });
  }

  /**
   * @param {number} seconds
   * @param {() => {seqs: Record<string, number>, hidden: boolean}} facts  what a ping says
   */
  startHeartbeat(seconds, facts) {
    this.#facts = facts;
    const timer = setInterval(() => this.#beat(), seconds * 1000);
    this.#stopping.signal.addEventListener("abort", () => clearInterval(timer), { once: true });
    this.ping();
  }

  ping() {
    this.send("ping", { t: now(), ...this.#facts() });
  }

  /** The network may have changed under the socket: ask now, and do not wait for two beats. */
  probe(patience = 2000) {
    const received = this.#received;
    this.ping();
    const timer = setTimeout(() => this.#received === received && this.#end(DEAD), patience);
    this.#stopping.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  }

  /** Close from this side; "close" is still dispatched. */
  close(code = 1000) {
    this.#end(code);
  }

  #beat() {
    // Counted in beats, not by the clock: after a sleep one late timer must not look like minutes of silence.
    if (this.#silent >= SILENT_BEATS) return this.#end(DEAD);
    this.#silent += 1;
    this.ping();
  }

  /** @param {string} frame */
  #onFrame(frame) {
    this.#silent = 0;
    this.#received += 1;
    let envelope;
    try {
      envelope = decode(frame);
    } catch (error) {
      tell(this, "bad", error);
      return;
    }
    const { kind, id, body } = envelope;
    const waiting = id ? this.#pending.get(id) : undefined;
    if (waiting && kind === "error") waiting.reject(new RtcError(body.code, body.detail, body.retry_after ?? null));
    else if (waiting) waiting.resolve(envelope);
    else if (kind === "pong") tell(this, "pong", { ...body, received: now() });
    else tell(this, "message", envelope);
  }

  /** @param {number} code */
  #end(code) {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopping.abort();
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close(code >= 3000 || code === 1000 ? code : 1000);
    for (const waiting of [...this.#pending.values()]) waiting.reject(new RtcError("connection_lost"));
    tell(this, "close", code);
  }
}
