/**
 * One generation of one link: a peer connection, what flows through it, and its words on the socket. Messages are
 * numbered, delivered until answered, and read once.
 *
 * Events: "state" (`state` or the peer's stream has changed), "shown", "window" (detail = statistics), "text" (detail = data channel text),
 * "error" (detail).
 */

import { on, tell } from "./events.js";
import { MediaFlow } from "./media-flow.js";
import { PeerConnection } from "./peer-connection.js";
import { StatsSampler } from "./stats-sampler.js";

/** Answers that only say that the world has moved on. */
const OUTDATED = new Set(["dropped", "old_generation", "not_yours", "conflict", "too_many_candidates"]);

/**
 * A link.open brings its own credentials, newer than the welcome's.
 * @param {RTCConfiguration} configuration
 * @param {import("./types.js").LinkOpen} open
 * @returns {RTCConfiguration}
 */
function fresh(configuration, { profile }) {
  return profile.ice_servers ? { ...configuration, iceServers: profile.ice_servers } : configuration;
}

export class Link extends EventTarget {
  /** @type {import("./types.js").FlowState} */
  state = "connecting";
  /** Last number of theirs that was read; the server sends the rest again after a hello. */
  seen = 0;
  #n = 0;
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
   * @param {PeerConnection|null} options.prepared  one that has made its offer already
   */
  constructor({ signalling, call, open, configuration, tracks, expected, prepared }) {
    super();
    this.open = open;
    this.#signalling = signalling;
    this.#call = call;
    this.peer = prepared ?? new PeerConnection({ configuration: fresh(configuration(), open), polite: open.polite, tracks });
    this.peer.videoBitrate = open.profile.video?.bitrate ?? null;
    this.#flow = new MediaFlow(this.peer, expected, () => configuration().iceServers ?? []);
    this.sampler = new StatsSampler(this.peer, signalling.clock);
  }

  /** @param {HTMLVideoElement|null} [video]  that shows it, if it is the one that is shown */
  start(video = null) {
    const { signal } = this.#life;
    on(this.peer, "description", (description) => this.#say("link.description", description), signal);
    on(this.peer, "candidates", (candidates) => this.#say("link.candidates", { candidates }), signal);
    on(this.peer, "stream", () => tell(this, "state"), signal);
    on(this.peer, "channel", (text) => tell(this, "text", text), signal);
    on(this.peer, "error", (error) => tell(this, "error", error), signal);
    on(this.#flow, "state", (detail) => this.#onState(detail), signal);
    on(this.#flow, "shown", () => tell(this, "shown"), signal);
    on(this.#flow, "renew", (cause) => this.#renew(cause), signal);
    on(this.sampler, "window", (detail) => tell(this, "window", detail), signal);
    const { localDescription } = this.peer.pc;
    if (localDescription) {
      // Prepared: the candidates found so far stand in the description, so one message says it all.
      this.#say("link.description", { type: localDescription.type, sdp: localDescription.sdp });
    } else if (this.open.offer && !this.peer.offering) this.peer.offer();
    this.#flow.start();
    this.sampler.start(video);
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
