/**
 * One person's call in one tab: the only module that knows socket, links, media and log. The widget and the workbench
 * show its `state` and call its verbs; `docs/architecture.md` has the contract.
 *
 * Events: "rtc:state" (detail = state, at most once per microtask), "rtc:message", "rtc:event", "rtc:prompt", "rtc:topic",
 * "rtc:bye" (detail = reason), "rtc:error" (detail = {code, detail}).
 *
 * @typedef {import("./types.js").SessionState} SessionState
 */

import { CallLog } from "./call-log.js";
import { CallQuality } from "./call-quality.js";
import { now } from "./clock.js";
import { Credentials } from "./credentials.js";
import { on, tell } from "./events.js";
import { Links } from "./links.js";
import { LocalMedia } from "./media-devices.js";
import { OwnSources } from "./own-sources.js";
import { PeerNotes } from "./peer-notes.js";
import { Prompts } from "./prompts.js";
import { uuid } from "./protocol.js";
import { NO_MEDIA, sessionState } from "./session-state.js";
import { SignallingClient } from "./signalling-client.js";
import { TabName } from "./tab.js";
import { Topics } from "./topics.js";

/** How long an offer made ahead is kept: while the answer to the click is still open, and while somebody is rung. */
const ASKED_MS = 10_000;
const RINGING_MS = 60_000;

/** A socket that was opened ahead of a click which does not come is closed again. */
const READY_MS = 20_000;

/** The connection rests in these states because the call goes on without this tab, or not at all. */
const OVER = new Set(["elsewhere", "ended"]);

export class CallSession extends EventTarget {
  #options;
  /** @type {SignallingClient} */
  #signalling;
  #credentials;
  /** @type {Links} */
  #links;
  /** @type {LocalMedia} */
  #media;
  /** @type {CallLog} */
  #log;
  #notes;
  #prompts;
  #quality;
  #topics = new Topics();
  #tab;
  #started = Promise.resolve();
  #running = false;
  /** Connected ahead of the click: nothing of it is shown. */
  #ahead = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #aheadTimer;
  /** @type {any} the newest welcome */
  #welcome = null;
  /** @type {SessionState["error"]} */
  #error = null;
  /** @type {SessionState|null} */
  #state = null;
  #sources;
  /** The customer has asked for a call and the answer is not there yet. */
  #requesting = false;

  /**
   * @param {object} options
   * @param {"customer"|"staff"} options.role
   * @param {() => Promise<{token: string, ws: string}>} options.openSession  asked only without a resume token
   * @param {Storage} [options.storage]
   * @param {string} [options.tab]  the tab's name; a duplicated tab gets another one all the same
   * @param {string[]} [options.capabilities]
   * @param {{video?: MediaTrackConstraints, audio?: MediaTrackConstraints}} [options.mediaConstraints]
   * @param {RTCIceTransportPolicy} [options.iceTransportPolicy]
   * @param {string} [options.scope]  keeps resume tokens of different people in one tab apart; the role by default
   */
  constructor({ storage = globalThis.sessionStorage, tab = "", capabilities = [], ...options }) {
    super();
    this.#options = options;
    this.#media = new LocalMedia(options.mediaConstraints);
    this.#credentials = new Credentials(options.openSession, storage, options.scope ?? options.role);
    this.#tab = new TabName(storage, tab, () => this.#credentials.forget());
    this.#signalling = new SignallingClient({
      credentials: this.#credentials,
      hello: () => ({ tab: this.#tab.name, last_seq: this.#log.snapshot?.seq ?? 0, links: this.#links.seen(), capabilities }),
      seqs: () => (this.#log.snapshot && this.#log.isOpen ? { [this.#log.snapshot.call]: this.#log.snapshot.seq } : {}),
    });
    this.#log = new CallLog((call, fromSeq) => this.#signalling.request("replay", { from_seq: fromSeq }, { call }));
    this.#links = new Links({
      signalling: this.#signalling,
      configuration: () => this.#configuration,
      tracks: () => this.#media.tracks,
      expected: (participant) => this.#expected(participant),
    });
    this.#notes = new PeerNotes(this.#links, this.#log);
    this.#prompts = new Prompts(this.#signalling, this.#log);
    this.#quality = new CallQuality({ signalling: this.#signalling, log: this.#log, links: this.#links, notes: this.#notes });
    this.#sources = new OwnSources({ signalling: this.#signalling, log: this.#log, media: this.#media, role: options.role });
    this.#wire();
  }

  // --- life -------------------------------------------------------------------------------------------

  /** Ahead of start(): the tab has a name, and its socket stands for READY_MS. No call, no camera, nothing to be seen. */
  prepare() {
    if (this.#running) return;
    clearTimeout(this.#aheadTimer);
    this.#aheadTimer = setTimeout(() => this.#standDown(), READY_MS);
    if (this.#ahead) return;
    this.#ahead = true;
    const connect = () => void (this.#ahead && this.#tab.name && this.#signalling.start());
    void this.#tab.find().then(connect);
  }

  /** The click did not come, or another tab has the seat: the click, if it comes, starts anew and is told. */
  #standDown() {
    if (!this.#ahead) return;
    clearTimeout(this.#aheadTimer);
    this.#ahead = false;
    this.#signalling.stop();
  }

  start() {
    if (this.#running) return;
    clearTimeout(this.#aheadTimer);
    this.#running = true;
    this.#ahead = false;
    const connect = () => void (this.#running && this.#tab.name && this.#signalling.start());
    if (this.#tab.name) connect();
    else this.#started = this.#tab.find().then(connect);
  }

  stop() {
    this.#standDown();
    this.#running = false;
    this.#tab.release();
    this.#signalling.stop();
    this.#links.closeAll();
    this.#prompts.clear();
    this.#media.close();
  }

  takeOver() {
    this.#signalling.takeOver();
  }

  /** @returns {SessionState} frozen; a new object whenever something has changed */
  get state() {
    return (this.#state ??= sessionState({
      signalling: this.#signalling, log: this.#log, links: this.#links, media: this.#media, topics: this.#topics,
      prompts: this.#prompts.open, you: this.#welcome?.you ?? null, role: this.#options.role, quality: this.#quality.value, error: this.#error,
    }));
  }

  /** The server's clock in ms since the epoch, as well as we know it. */
  serverNow() {
    return this.#signalling.clock.toServer(now());
  }

  // --- verbs ------------------------------------------------------------------------------------------

  /**
   * The customer's click.
   * @param {object} body  see `CallRequest` in protocol/client.py
   * @returns {Promise<any>} rejects with RtcError (a gate's code: queue_full, closed …)
   */
  async request(body) {
    this.start();
    this.#requesting = true;
    try {
      await this.#started;
      const asked = this.#signalling.request("call.request", body, { timeout: 15_000 });
      if (this.#signalling.state === "open") this.#prepareLink(ASKED_MS);
      return this.#adopt(await asked);
    } finally {
      this.#requesting = false;
    }
  }

  cancel() {
    return this.#finish("call.cancel");
  }

  hangUp() {
    return this.#finish("call.hang_up");
  }

  /** @param {number} score  1 to 5 @param {string} [comment] */
  rate(score, comment = "") {
    return this.send("call.rate", { score, comment }, { call: this.#log.call });
  }

  /**
   * One chat line: shown at once, over the data channel if there is one, and kept by the server when it can be reached.
   * @param {string} text
   * @returns {Promise<any>} settles when the server has it; rejects with RtcError when it refuses
   */
  chat(text) {
    const { call } = this.#log;
    const chat = { client_id: uuid(), body: text };
    const line = { message: null, participant: this.state.you?.participant ?? null, role: this.#options.role, at: this.serverNow(), pending: true };
    this.#log.addEarly({ ...line, ...chat });
    this.#notes.say("chat", chat);
    return this.#signalling.deliver("chat", chat, { call }).catch((error) => {
      this.#log.dropEarly(chat.client_id);
      throw error;
    });
  }

  /** Answer a question of `state.prompts`; see prompts.js. @param {string} uuid @param {boolean} accept @param {object} [answer] */
  answerPrompt(uuid, accept, answer = {}) {
    return this.#prompts.answer(uuid, accept, answer);
  }

  /**
   * A message of a leaf, for instance `agents.accept`.
   * @param {string} kind
   * @param {object} [body]
   * @param {{call?: string|null, timeout?: number}} [options]
   * @returns {Promise<any>} the result; rejects with RtcError
   */
  async send(kind, body = {}, options = {}) {
    await this.#started;
    const result = await this.#signalling.request(kind, body, options);
    // Accepting an offer makes this tab follow the call.
    return result && !this.#log.isOpen ? this.#adopt(result) : result;
  }

  /** @param {{audio?: boolean, video?: boolean}} [wanted] @returns {Promise<import("./types.js").LocalState>} */
  openMedia(wanted) {
    return this.#media.open(wanted);
  }

  closeMedia() {
    this.#media.close();
  }

  /** @param {boolean} on */
  setCamera(on) {
    return this.#media.setCamera(on);
  }

  /** @param {boolean} on */
  setMicrophone(on) {
    return this.#media.setMicrophone(on);
  }

  /** @param {"videoinput"|"audioinput"} kind @param {string} deviceId */
  useDevice(kind, deviceId) {
    return this.#media.useDevice(kind, deviceId);
  }

  devices() {
    return this.#media.devices();
  }

  /** @param {HTMLVideoElement} video  that shows the other side: capture to display is measured on it */
  watch(video) {
    this.#links.watch(video);
  }

  // --- what happens -----------------------------------------------------------------------------------

  #wire() {
    on(this.#signalling, "state", (state) => this.#onConnection(state));
    on(this.#signalling, "welcome", (body) => this.#onWelcome(body));
    on(this.#signalling, "message", (envelope) => this.#onMessage(envelope));
    on(this.#signalling, "pong", ({ seqs = {} }) => {
      const { snapshot } = this.#log;
      if (snapshot && seqs[snapshot.call] > snapshot.seq) void this.#log.catchUp();
    });
    on(this.#signalling, "bye", (reason) => tell(this, "rtc:bye", reason));
    on(this.#signalling, "error", (error) => {
      this.#error = { code: error.code, detail: error.detail };
      this.#report(error);
    });
    on(this.#links, "error", (error) => this.#report(error));
    on(this.#log, "change", () => this.#touch());
    on(this.#log, "event", (event) => this.#onEvent(event));
    on(this.#log, "message", (message) => tell(this, "rtc:message", message));
    on(this.#media, "change", () => this.#onMedia());
    on(this.#media, "track", (change) => this.#links.setTrack(change));
    on(this.#links, "change", () => this.#touch());
    on(this.#quality, "change", () => this.#touch());
    on(this.#prompts, "change", () => this.#touch());
    on(this.#prompts, "asked", (prompt) => tell(this, "rtc:prompt", prompt));
  }

  /** @param {import("./types.js").ConnectionState} state */
  #onConnection(state) {
    if (this.#ahead) {
      if (state === "reconnecting" || state === "refused" || OVER.has(state)) this.#standDown();
      return;
    }
    if (OVER.has(state)) {
      this.#links.closeAll();
      this.#prompts.clear();
      this.#media.close();
    }
    this.#touch();
  }

  /** @param {any} body */
  #onWelcome(body) {
    this.#welcome = body;
    this.#topics.welcome(body.desk);
    this.#error = null;
    this.#media.profile(body.limits);
    this.#catchUp(body.call, body.snapshot);
    if (this.#requesting) this.#prepareLink(ASKED_MS);
    this.#links.recover();
    this.#sayMedia(true);
    this.#touch();
  }

  /**
   * The call of the welcome. One that had ended before this page knew of it takes nothing away here: camera and
   * microphone may be open for the next call already, and while that is asked for the old one is no news at all.
   * @param {string|null} call
   * @param {import("./types.js").CallSnapshot|null} snapshot
   */
  #catchUp(call, snapshot) {
    const over = snapshot?.state === "ended";
    if (over && (this.#requesting || this.#ahead)) return;
    const wasOpen = this.#log.isOpen;
    this.#log.welcome(call, snapshot);
    if (over && wasOpen) this.#onEnded();
    else if (snapshot && !over) this.#links.closeAll(new Set(Object.keys(snapshot.links)));
  }

  /** @param {import("./types.js").Envelope} envelope */
  #onMessage({ kind, body, call }) {
    if (kind === "event") this.#log.onEvent(body);
    else if (kind === "replay") this.#log.onRows(body);
    else if (kind === "topic") this.#onTopic(body);
    else if (kind === "link.open") this.#links.open(body, call ?? this.#log.call);
    else if (kind === "link.close") this.#links.close(body);
    else if (kind === "link.description" || kind === "link.candidates") this.#links.receive(kind, body);
  }

  /** @param {import("./types.js").EventRow} event */
  #onEvent(event) {
    if (event.kind === "call.ringing") this.#prepareLink(RINGING_MS);
    if (event.kind === "call.waiting") this.#links.discard();
    if (event.kind === "call.answered") this.#topics.queue = null;
    if (event.kind === "participant.joined") this.#sayMedia();
    if (event.kind === "call.ended") this.#onEnded();
    tell(this, "rtc:event", event);
  }

  #onEnded() {
    this.#links.closeAll();
    this.#topics.queue = null;
    this.#quality.reset();
    this.#signalling.drop((item) => item.call === this.#log.call && (item.kind.startsWith("link.") || item.kind === "media"));
    // An agent keeps the camera from call to call; a customer's light goes out with the call.
    if (this.#options.role === "customer") this.#media.close();
  }

  /** @param {{key: string, version: number, value: any}} topic */
  #onTopic(topic) {
    this.#topics.update(topic);
    this.#touch();
    tell(this, "rtc:topic", topic);
  }

  #onMedia() {
    this.#sayMedia();
    this.#touch();
  }

  /** @param {boolean} [again] */
  #sayMedia(again) {
    this.#sources.say(again).catch((error) => error.code === "dropped" || this.#report(error));
  }

  /** @param {any} result  of call.request or agents.accept: {call, snapshot?} */
  #adopt(result) {
    const { call, snapshot = null } = result;
    if (typeof call !== "string") return result;
    this.#log.welcome(call, snapshot);
    if (snapshot?.state === "ringing") this.#prepareLink(RINGING_MS);
    this.#sayMedia(true);
    return result;
  }

  #prepareLink(/** @type {number} */ patience) {
    if (this.#options.role === "customer") this.#links.prepare(patience);
  }

  /** Leave the call: at once here, and on the server as soon as it can be told. @param {string} kind */
  async #finish(kind) {
    const { call, snapshot, isOpen } = this.#log;
    if (!isOpen) return {};
    this.#links.closeAll();
    return this.#signalling.deliver(kind, { version: snapshot?.version ?? null }, { call });
  }

  /** @param {any} error  an RtcError, or a DOMException of the peer connection */
  #report(error) {
    tell(this, "rtc:error", { code: typeof error.code === "string" ? error.code : "failed", detail: error.detail ?? String(error) });
    this.#touch();
  }

  // --- state ------------------------------------------------------------------------------------------

  /** @returns {RTCConfiguration} */
  get #configuration() {
    const { ice_policy: asked, ice_servers: iceServers = [] } = this.#welcome ?? {};
    return { iceServers, iceTransportPolicy: this.#options.iceTransportPolicy ?? (asked === "relay" ? "relay" : "all") };
  }

  /** @param {string} participant */
  #expected(participant) {
    const { camera, microphone, screen } = this.#log.snapshot?.participants[participant]?.media ?? NO_MEDIA;
    return { audio: microphone, video: camera || screen };
  }

  #touch() {
    if (!this.#state) return; // nobody has read since the last change
    this.#state = null;
    queueMicrotask(() => tell(this, "rtc:state", this.state));
  }
}
