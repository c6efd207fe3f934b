/**
 * The connection to the server for as long as the tab wants one: hello, resume, reconnect, take over. It knows nothing
 * of WebRTC or calls. Frames are `signalling-socket.js`, delays are the policy's.
 *
 * Events: "state" (detail = ConnectionState), "welcome" (detail = body), "message" (detail = envelope),
 * "pong" (detail = body), "bye" (detail = reason), "error" (detail = RtcError that answers no request).
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
/** States that it leaves only when it is told to. */
const RESTING = new Set(["offline", "elsewhere", "refused", "ended"]);

export class SignallingClient extends EventTarget {
  clock = new ServerClock();
  /** @type {ConnectionState} */
  state = "offline";
  /** @type {RtcError|null} why the last hello or session was refused */
  error = null;
  #credentials;
  #hello;
  #seqs;
  #policy;
  #Socket;
  #page;
  #outbox = new Outbox((kind, body, options) => this.request(kind, body, options));
  /** @type {SignallingSocket|null} the newest one */
  #socket = null;
  /** @type {SignallingSocket|null} the newest one that was welcomed; not `#socket` while a drain moves over */
  #welcomed = null;
  #greeted = false;
  /** @type {Set<() => void>} requests made before hello was sent */
  #early = new Set();
  #attempt = 0;
  #lostAt = 0;
  #triedFresh = false;
  #takeOver = false;
  #pings = 0;
  /** ms that the server asked us to wait */
  #pause = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} the next try */
  #timer;
  #run = new AbortController();

  /**
   * @param {object} options
   * @param {import("./credentials.js").Credentials} options.credentials
   * @param {() => object} options.hello  tab, last_seq, links, capabilities
   * @param {() => Record<string, number>} options.seqs  newest seq known of each call
   * @param {ReconnectPolicy} [options.policy]
   * @param {typeof WebSocket} [options.Socket]
   * @param {any} [options.page]  the window: "online", "visibilitychange"
   */
  constructor({ credentials, hello, seqs, policy = new ReconnectPolicy(), Socket = globalThis.WebSocket, page = globalThis }) {
    super();
    this.#credentials = credentials;
    this.#hello = hello;
    this.#seqs = seqs;
    this.#policy = policy;
    this.#Socket = Socket;
    this.#page = page;
  }

  start() {
    if (!RESTING.has(this.state)) return;
    this.#run = new AbortController();
    const listening = { signal: this.#run.signal };
    const { document } = this.#page;
    this.#page.addEventListener?.("online", () => this.#wake(), listening);
    document?.addEventListener("visibilitychange", () => document.hidden || this.#wake(), listening);
    this.error = null;
    this.#triedFresh = false;
    this.#attempt = 0;
    this.#lostAt = now();
    this.#enter("connecting");
    void this.#connect();
  }

  stop() {
    this.#rest("offline");
  }

  /** Move the seat from the tab that has it to this one. */
  takeOver() {
    this.#takeOver = true;
    this.#rest("offline");
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
    if (this.#socket && this.#greeted) return this.#socket.request(kind, body, { call, timeout });
    if (RESTING.has(this.state)) return Promise.reject(this.error ?? new RtcError("connection_lost", kind));
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
    return this.#welcomed?.send(kind, body, options) ?? false;
  }

  // --- one socket ---------------------------------------------------------------------------------------

  async #connect() {
    const { signal } = this.#run;
    let credentials = this.#credentials.ready();
    try {
      credentials ??= await this.#credentials.get();
    } catch (error) {
      if (!signal.aborted) this.#onNoSession(error);
      return;
    }
    if (signal.aborted) return;
    const { url, hello } = credentials;
    const socket = new SignallingSocket(url, this.#Socket);
    this.#socket = socket;
    this.#greeted = false;
    on(socket, "open", () => this.#greet(socket, hello));
    on(socket, "message", (envelope) => this.#onMessage(socket, envelope));
    on(socket, "pong", (body) => this.#onPong(socket, body));
    on(socket, "bad", (error) => tell(this, "error", error));
    on(socket, "close", (code) => this.#onClose(socket, code, "resume" in hello));
  }

  /**
   * @param {SignallingSocket} socket
   * @param {object} credentials
   */
  #greet(socket, credentials) {
    if (socket !== this.#socket) return;
    socket.send("hello", { ...this.#hello(), ...credentials, take_over: this.#takeOver });
    this.#greeted = true;
    for (const go of [...this.#early]) go();
  }

  /**
   * @param {SignallingSocket} socket
   * @param {import("./types.js").Envelope} envelope
   */
  #onMessage(socket, envelope) {
    const { kind, id, body } = envelope;
    if (kind === "welcome") this.#onWelcome(socket, body);
    else if (kind === "bye") this.#onBye(socket, body.reason);
    else if (kind === "error" && !id) this.#onRefusal(socket, new RtcError(body.code, body.detail, body.retry_after ?? null));
    else tell(this, "message", envelope);
  }

  /**
   * @param {SignallingSocket} socket
   * @param {any} body
   */
  #onWelcome(socket, body) {
    if (socket !== this.#socket) return;
    this.#credentials.keep(body.resume_token);
    const drained = this.#welcomed;
    this.#welcomed = socket;
    drained?.close();
    this.error = null;
    this.#attempt = 0;
    this.#triedFresh = this.#takeOver = false;
    this.clock.reset();
    this.#pings = 1;
    this.#enter("open");
    tell(this, "welcome", body);
    socket.startHeartbeat(body.heartbeat, () => ({ seqs: this.#seqs(), hidden: Boolean(this.#page.document?.hidden) }));
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
    if (reason === "drain") void this.#connect();
    else if (reason === "taken_over") this.#rest("elsewhere");
    else {
      this.forget();
      if (reason === "renew") socket.close();
      else this.#rest("ended");
    }
  }

  /**
   * An error that answers no request: most often the hello's.
   * @param {SignallingSocket} socket
   * @param {RtcError} error
   */
  #onRefusal(socket, error) {
    if (socket !== this.#socket) return;
    if (socket === this.#welcomed) return tell(this, "error", error);
    this.error = error;
    if (error.code === "open_elsewhere") this.#rest("elsewhere");
    else if (error.retryAfter !== null || error.code === "internal") {
      this.#pause = (error.retryAfter ?? 0) * 1000;
      socket.close();
    } // else the close code that follows decides
  }

  /**
   * @param {SignallingSocket} socket
   * @param {number} code
   * @param {boolean} resumed
   */
  #onClose(socket, code, resumed) {
    if (socket === this.#welcomed) this.#welcomed = null;
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#greeted = false;
    this.#outbox.close();
    if (code === CLOSE.TAKEN_OVER) return this.#rest("elsewhere");
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

  // --- when there is none -------------------------------------------------------------------------------

  /** @param {any} error  of openSession */
  #onNoSession(error) {
    const known = error instanceof RtcError ? error : new RtcError(error?.code ?? "failed", String(error));
    const passing = known.code === "connection_lost" || known.retryAfter !== null || known.code.startsWith("http_5");
    if (!passing) return this.#refuse(known);
    this.#pause = (known.retryAfter ?? 0) * 1000;
    this.#again();
  }

  /** Try again when the policy says so, and not before the server wants it. */
  #again() {
    if (this.state === "open") this.#lostAt = now();
    const delay = this.#policy.delay(this.#attempt, now() - this.#lostAt);
    if (delay === null) return this.#refuse(new RtcError("connection_lost"));
    this.#attempt += 1;
    this.#enter("reconnecting");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#retry(), Math.max(delay, this.#pause));
    this.#pause = 0;
  }

  #retry() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#socket) void this.#connect();
  }

  /** The network or the page is back: no waiting out a delay, and no trust in a socket that only looks open. */
  #wake() {
    if (this.#timer !== undefined) {
      this.#attempt = 0;
      this.#retry();
    } else if (this.state === "open") this.#socket?.probe();
  }

  /** @param {RtcError} error */
  #refuse(error) {
    this.forget();
    this.error = error;
    this.#rest("refused");
  }

  /** Drop the resume token: the next connection starts from a fresh session. */
  forget() {
    this.#credentials.forget();
  }

  /** Stop trying. @param {ConnectionState} state */
  #rest(state) {
    this.#run.abort();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const sockets = new Set([this.#socket, this.#welcomed]);
    this.#socket = this.#welcomed = null;
    this.#greeted = false;
    for (const socket of sockets) socket?.close();
    this.#outbox.close();
    this.#enter(state);
    for (const go of [...this.#early]) go(); // rejects: the state is a resting one
  }

  /** @param {ConnectionState} state */
  #enter(state) {
    if (state === this.state) return;
    this.state = state;
    tell(this, "state", state);
  }
}
