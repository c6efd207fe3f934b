/**
 * The connection to the server for as long as the tab wants one: hello, resume, reconnect, take over. It knows nothing
 * of WebRTC or calls. Frames are `signalling-socket.js`, delays are the policy's.
 *
 * Events: "state" (detail = ConnectionState), "welcome" (detail = body), "message" (detail = envelope),
 * "pong" (detail = body), "bye" (detail = reason), "error" (detail = RtcError that concerns no request).
 *
 * @typedef {import("./types.js").ConnectionState} ConnectionState
 */

import { now, ServerClock } from "./clock.js";
import { RtcError } from "./errors.js";
import { on, tell } from "./events.js";
import { Outbox } from "./outbox.js";
import { CLOSE } from "./protocol.js";
import { ReconnectPolicy } from "./reconnect-policy.js";
import { SignallingSocket } from "./signalling-socket.js";

/** The first pings follow each other at once, so that the clock's offset is known before the first picture. */
const FIRST_PINGS = 4;
const FINAL = new Set(["elsewhere", "refused", "ended", "offline"]);

export class SignallingClient extends EventTarget {
  clock = new ServerClock();
  /** @type {ConnectionState} */
  state = "offline";
  /** @type {RtcError|null} why the state is "refused" */
  error = null;
  #options;
  #outbox = new Outbox((kind, body, options) => this.request(kind, body, options));
  /** @type {SignallingSocket|null} the newest one */
  #socket = null;
  /** @type {SignallingSocket|null} kept while the newest one is not welcome yet */
  #draining = null;
  #greeted = false;
  /** @type {Set<() => void>} requests made before hello was sent */
  #early = new Set();
  #attempt = 0;
  #lostAt = 0;
  #triedFresh = false;
  #takeOver = false;
  #pings = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  #run = new AbortController();

  /**
   * @param {object} options
   * @param {() => Promise<{token: string, ws: string}>} options.openSession  asked only without a resume token
   * @param {Pick<Storage, "getItem"|"setItem"|"removeItem">} options.storage
   * @param {string} options.scope  what keeps two kinds of user in one tab apart in the storage
   * @param {() => object} options.hello  tab, last_seq, links, capabilities
   * @param {() => Record<string, number>} options.seqs  newest seq known of each call
   * @param {ReconnectPolicy} [options.policy]
   * @param {typeof WebSocket} [options.Socket]
   * @param {any} [options.page]  the window: "online", "visibilitychange"
   */
  constructor({ policy = new ReconnectPolicy(), Socket = globalThis.WebSocket, page = globalThis, ...options }) {
    super();
    this.#options = { policy, Socket, page, ...options };
  }

  start() {
    if (!FINAL.has(this.state)) return;
    this.#run = new AbortController();
    const { page } = this.#options;
    const listening = { signal: this.#run.signal };
    page.addEventListener?.("online", () => this.#wake(), listening);
    page.document?.addEventListener("visibilitychange", () => page.document.hidden || this.#wake(), listening);
    this.#triedFresh = false;
    this.#lostAt = now();
    this.#enter("connecting");
    void this.#connect();
  }

  stop() {
    this.#halt("offline");
  }

  /** Move the seat from the tab that has it to this one. */
  takeOver() {
    this.#takeOver = true;
    this.#halt("offline");
    this.start();
  }

  /**
   * Ask once. Before hello it waits; when the socket dies meanwhile it rejects with `connection_lost`.
   * @param {string} kind
   * @param {object} [body]
   * @param {{call?: string|null, timeout?: number}} [options]
   * @returns {Promise<any>} the result; rejects with RtcError
   */
  request(kind, body = {}, { call = null, timeout = 10_000 } = {}) {
    const socket = this.#socket;
    if (socket && this.#greeted) return socket.request(kind, body, { call, timeout });
    if (FINAL.has(this.state)) return Promise.reject(new RtcError("connection_lost", kind));
    return new Promise((resolve, reject) => {
      const go = () => {
        clearTimeout(timer);
        this.#early.delete(go);
        this.request(kind, body, { call, timeout }).then(resolve, reject);
      };
      const timer = setTimeout(() => {
        this.#early.delete(go);
        reject(new RtcError("timeout", kind));
      }, timeout);
      this.#early.add(go);
    });
  }

  /**
   * Say it as soon as possible and until it is answered, over reconnects; order is kept.
   * @param {string} kind
   * @param {object} body
   * @param {{call?: string|null, key?: string|null}} [options]  `key`: replaces an unsent one with the same key
   * @returns {Promise<any>}
   */
  deliver(kind, body, options) {
    return this.#outbox.add(kind, body, options);
  }

  /** @param {(item: import("./outbox.js").Item) => boolean} test  what need not be delivered any more */
  drop(test) {
    this.#outbox.drop(test);
  }

  /**
   * Say it now or not at all.
   * @param {string} kind
   * @param {object} body
   * @param {{call?: string|null}} [options]
   */
  send(kind, body, options) {
    return this.state === "open" && (this.#socket?.send(kind, body, options) ?? false);
  }

  /** @param {string} name */
  #key(name) {
    return `rtc.${this.#options.scope}.${name}`;
  }

  async #connect() {
    const { signal } = this.#run;
    const { storage, openSession, Socket } = this.#options;
    const resume = storage.getItem(this.#key("resume"));
    let url = storage.getItem(this.#key("ws"));
    let token;
    if (!resume || !url) {
      try {
        ({ token, ws: url } = await openSession());
      } catch (error) {
        if (!signal.aborted) this.#onNoSession(error);
        return;
      }
      if (signal.aborted) return;
      storage.setItem(this.#key("ws"), url);
    }
    const socket = new SignallingSocket(url, Socket);
    this.#socket = socket;
    this.#greeted = false;
    on(socket, "open", () => this.#greet(socket, token ? { token } : { resume }));
    on(socket, "message", (envelope) => this.#onMessage(socket, envelope));
    on(socket, "pong", (body) => this.#onPong(socket, body));
    on(socket, "bad", (error) => tell(this, "error", error));
    on(socket, "close", (code) => this.#onClose(socket, code, !token));
  }

  /**
   * @param {SignallingSocket} socket
   * @param {object} credentials
   */
  #greet(socket, credentials) {
    socket.send("hello", { ...this.#options.hello(), ...credentials, take_over: this.#takeOver });
    this.#greeted = true;
    for (const go of [...this.#early]) go();
  }

  /**
   * @param {SignallingSocket} socket
   * @param {import("./types.js").Envelope} envelope
   */
  #onMessage(socket, envelope) {
    const { kind, body } = envelope;
    if (kind === "welcome") return this.#onWelcome(socket, body);
    if (kind === "bye") return this.#onBye(socket, body.reason);
    if (kind === "error" && !envelope.id) return this.#onRefusal(socket, new RtcError(body.code, body.detail, body.retry_after ?? null));
    tell(this, "message", envelope);
  }

  /**
   * @param {SignallingSocket} socket
   * @param {any} body
   */
  #onWelcome(socket, body) {
    const { storage, seqs, page } = this.#options;
    storage.setItem(this.#key("resume"), body.resume_token);
    this.#draining?.close();
    this.#draining = null;
    this.#attempt = 0;
    this.#triedFresh = false;
    this.#takeOver = false;
    this.error = null;
    this.clock.reset();
    this.#pings = 1;
    this.#enter("open");
    tell(this, "welcome", body);
    socket.startHeartbeat(body.heartbeat, () => ({ seqs: seqs(), hidden: Boolean(page.document?.hidden) }));
    this.#outbox.close(); // of a drain: what the old socket did not answer goes over the new one
    this.#outbox.open();
  }

  /**
   * @param {SignallingSocket} socket
   * @param {{t: number, server_time: number, received: number, seqs?: object}} body
   */
  #onPong(socket, body) {
    if (socket !== this.#socket) return;
    this.clock.add(body.t, body.received, body.server_time);
    if (this.#pings < FIRST_PINGS) {
      this.#pings += 1;
      socket.ping();
    }
    tell(this, "pong", body);
  }

  /**
   * @param {SignallingSocket} socket
   * @param {string} reason
   */
  #onBye(socket, reason) {
    if (socket !== this.#socket) return; // the old socket of a drain has nothing to say any more
    tell(this, "bye", reason);
    if (reason === "drain") {
      this.#draining = socket;
      void this.#connect();
    } else if (reason === "renew") {
      this.forget();
      socket.close();
    } else {
      if (reason !== "taken_over") this.forget();
      this.#halt(reason === "taken_over" ? "elsewhere" : "ended");
    }
  }

  /**
   * @param {SignallingSocket} socket
   * @param {RtcError} error
   */
  #onRefusal(socket, error) {
    if (socket === this.#socket && error.code === "open_elsewhere") this.#halt("elsewhere");
    else {
      this.error = error;
      tell(this, "error", error);
    }
  }

  /**
   * @param {SignallingSocket} socket
   * @param {number} code
   * @param {boolean} resumed
   */
  #onClose(socket, code, resumed) {
    if (socket === this.#draining) this.#draining = null;
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#greeted = false;
    this.#outbox.close();
    if (code === CLOSE.TAKEN_OVER) return this.#halt("elsewhere");
    if (code === CLOSE.TOKEN && resumed && !this.#triedFresh) {
      this.forget();
      this.#triedFresh = true;
      this.#enter("reconnecting");
      return void this.#connect();
    }
    // 4408 is no refusal: the tab slept between open and hello.
    if (code >= 4400 && code < 4500 && code !== CLOSE.NO_HELLO) return this.#refuse(this.error ?? new RtcError(`close_${code}`));
    this.#again();
  }

  /** @param {any} error  of openSession */
  #onNoSession(error) {
    const known = error instanceof RtcError ? error : new RtcError("failed", String(error));
    const passing = known.code === "connection_lost" || known.retryAfter !== null || known.code.startsWith("http_5");
    if (passing) this.#again((known.retryAfter ?? 0) * 1000);
    else this.#refuse(known);
  }

  /** Try again when the policy says so. @param {number} [atLeast]  ms */
  #again(atLeast = 0) {
    if (this.state === "open") {
      this.#lostAt = now();
      this.#attempt = 0;
    }
    const delay = this.#options.policy.delay(this.#attempt, now() - this.#lostAt);
    if (delay === null) return this.#refuse(new RtcError("connection_lost"));
    this.#attempt += 1;
    this.#enter("reconnecting");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#retry(), Math.max(delay, atLeast));
  }

  #retry() {
    this.#timer = undefined;
    if (!this.#socket) void this.#connect();
  }

  /** The network or the page is back: no waiting out a delay, and no trust in a socket that only looks open. */
  #wake() {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#attempt = 0;
      this.#retry();
    } else if (this.state === "open") this.#socket?.probe();
  }

  /** @param {RtcError} error */
  #refuse(error) {
    this.forget();
    this.error = error;
    this.#halt("refused");
  }

  /** Drop the resume token: the next connection starts from a fresh session. */
  forget() {
    this.#options.storage.removeItem(this.#key("resume"));
  }

  /** @param {ConnectionState} state  the one to rest in */
  #halt(state) {
    this.#run.abort();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const sockets = [this.#socket, this.#draining];
    this.#socket = this.#draining = null;
    this.#greeted = false;
    for (const socket of sockets) socket?.close();
    this.#outbox.close();
    this.#enter(state);
    for (const go of [...this.#early]) go(); // rejects: the state is final
  }

  /** @param {ConnectionState} state */
  #enter(state) {
    if (state === this.state) return;
    this.state = state;
    tell(this, "state", state);
  }
}
