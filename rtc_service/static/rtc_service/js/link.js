/**
 * One generation of one link: a peer connection, what flows through it, and its words on the socket. Messages are
 * numbered, delivered until answered, and read once.
 *
 * Events: "state" (`state` or the peer's stream has changed), "shown", "window" (detail = statistics), "text" (detail = data channel text),
 * "error" (detail).
 */

import { on, tell } from "./events.js";
import { IceFlow } from "./ice-flow.js";
import { MediaFlow } from "./media-flow.js";
import { PeerConnection } from "./peer-connection.js";
import { StatsSampler } from "./stats-sampler.js";

/** Answers that only say that the world has moved on. */
const OUTDATED = new Set(["dropped", "old_generation", "not_yours", "conflict", "too_many_candidates"]);

/** Kinds of links that only carry our sound and picture away. */
const SEND_ONLY = new Set(["record"]);

/**
 * A link.open brings its own credentials, newer than the welcome's.
 * @param {RTCConfiguration} configuration
 * @param {import("./types.js").LinkOpen} open
 * @returns {RTCConfiguration}
 */
function fresh(configuration, { profile }) {
  return profile.ice_servers ? { ...configuration, iceServers: profile.ice_servers } : configuration;
}

/** @typedef {{id: string, n: number, peer: any, release(): void}} Ahead  an `AheadOffer` */

export class Link extends EventTarget {
  /** @type {import("./types.js").FlowState} */
  state = "connecting";
  /** Last number of theirs that was read; the server sends the rest again after a hello. */
  seen = 0;
  #n = 0;
  /** @type {Ahead|null} */
  #told;
  #signalling;
  #call;
  #flow;
  #life = new AbortController();

  /**
   * @param {object} options
   * @param {import("./signalling-client.js").SignallingClient} options.signalling
   * @param {string|null} options.call
   * @param {import("./types.js").LinkOpen} options.open
   * @param {() => RTCConfiguration} options.configuration
   * @param {Record<"audio"|"video", MediaStreamTrack|null>} options.tracks
   * @param {() => {audio: boolean, video: boolean}} options.expected  what the peer says it sends
   * @param {Ahead|null} options.prepared  one that has made its offer already
   */
  constructor({ signalling, call, open, configuration, tracks, expected, prepared }) {
    super();
    this.open = open;
    this.#signalling = signalling;
    this.#call = call;
    this.sendOnly = SEND_ONLY.has(open.kind);
    this.#told = prepared?.id === open.ahead ? prepared : null;
    prepared?.release();
    this.peer = prepared?.peer ?? new PeerConnection({ configuration: fresh(configuration(), open), polite: open.polite, tracks, sendOnly: this.sendOnly });
    this.peer.videoBitrate = open.profile.video?.bitrate ?? null;
    this.#flow = this.sendOnly ? new IceFlow(this.peer) : new MediaFlow(this.peer, expected, () => configuration().iceServers ?? []);
    this.sampler = new StatsSampler(this.peer, signalling.clock);
  }

  /** @param {HTMLVideoElement|null} [video]  that shows it, if it is the one that is shown */
  start(video = null) {
    const { signal } = this.#life;
    on(this.peer, "description", (description) => this.#say("link.description", description), signal);
    // A recorder takes no candidates: our checks show it where we are (RFC 8445 7.3.1.3, peer-reflexive).
    if (!this.sendOnly) on(this.peer, "candidates", (candidates) => this.#say("link.candidates", { candidates }), signal);
    on(this.peer, "stream", () => tell(this, "state"), signal);
    on(this.peer, "channel", (text) => tell(this, "text", text), signal);
    on(this.peer, "error", (error) => tell(this, "error", error), signal);
    on(this.#flow, "state", (detail) => this.#onState(detail), signal);
    on(this.#flow, "shown", () => tell(this, "shown"), signal);
    on(this.#flow, "renew", (cause) => this.#renew(cause), signal);
    on(this.sampler, "window", (detail) => tell(this, "window", detail), signal);
    const { localDescription } = this.peer.pc;
    // Told ahead it is with the peer by now; one of a page that is gone is answered by a peer that nobody has.
    if (this.#told) this.#n = this.#told.n;
    else if (this.open.ahead) this.#renew("ahead");
    else if (localDescription) {
      // Prepared: the candidates found so far stand in the description, so one message says it all.
      this.#say("link.description", { type: localDescription.type, sdp: localDescription.sdp });
    } else if (this.open.offer && !this.sendOnly && !this.peer.offering) this.peer.offer();
    this.#flow.start();
    if (!this.sendOnly) this.sampler.start(video);
  }

  /** Hang up this generation; nothing more is said about it. */
  stop() {
    this.#life.abort();
    this.#flow.stop();
    this.sampler.stop();
    this.peer.close();
    const { link, generation } = this.open;
    this.#signalling.drop(({ body }) => body.link === link && body.generation === generation);
  }

  /**
   * @param {string} kind
   * @param {any} body
   */
  receive(kind, body) {
    if (body.n <= this.seen) return; // sent again after a hello
    this.seen = body.n;
    if (kind === "link.description") this.peer.receiveDescription({ type: body.type, sdp: body.sdp });
    else this.peer.receiveCandidates(body.candidates);
  }

  /** The socket is back: an ICE restart that could not be said before can be said now. */
  recover() {
    this.#flow.recover();
  }

  /** @param {{state: import("./types.js").FlowState, cause: string, route: any}} detail */
  #onState({ state, cause, route }) {
    this.state = state;
    const { link, generation } = this.open;
    this.#deliver("link.state", { link, generation, state, cause, route }, `state ${link}`);
    tell(this, "state");
  }

  /** @param {string} cause */
  #renew(cause) {
    // Without the socket nobody could build the next one; the flow asks again.
    const { link, generation } = this.open;
    if (this.#signalling.state === "open") this.#deliver("link.renew", { link, generation, cause }, `renew ${link}`);
  }

  /**
   * @param {string} kind
   * @param {object} body
   */
  #say(kind, body) {
    const { link, generation } = this.open;
    this.#deliver(kind, { link, generation, n: ++this.#n, ...body }, null);
  }

  /**
   * @param {string} kind
   * @param {object} body
   * @param {string|null} key
   */
  #deliver(kind, body, key) {
    this.#signalling.deliver(kind, body, { call: this.#call, key }).catch((error) => {
      if (!OUTDATED.has(error.code)) tell(this, "error", error);
    });
  }
}
