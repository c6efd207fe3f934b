/**
 * The links of the present call: which generation is shown, which one is coming, and the offer prepared while it rings.
 *
 * Events: "change" (something shown has changed), "window" (detail = {link, ...statistics}), "text" (detail = {peer, text}),
 * "error" (detail).
 */

import { AheadOffer } from "./ahead-offer.js";
import { on, tell } from "./events.js";
import { Link } from "./link.js";
import { PeerConnection } from "./peer-connection.js";

/** Up without a picture, although one was announced: then the old one is no better. */
const SWITCH_AFTER_MS = 3000;
/** Messages that overtake their link.open on another way through the servers; more than a whole offer has. */
const EARLY = 60;

export class Links extends EventTarget {
  /** @type {Map<string, Link>} what is shown, by link id */
  #current = new Map();
  /** @type {Map<string, Link>} the next generation, until it shows frames */
  #next = new Map();
  /** @type {AheadOffer|null} */
  #prepared = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #patience;
  /** @type {{kind: string, body: any}[]} */
  #early = [];
  /** @type {HTMLVideoElement|null} */
  #video = null;
  #options;

  /**
   * @param {object} options
   * @param {import("./signalling-client.js").SignallingClient} options.signalling
   * @param {() => RTCConfiguration} options.configuration
   * @param {() => Record<"audio"|"video", MediaStreamTrack|null>} options.tracks
   * @param {(participant: string) => {audio: boolean, video: boolean}} options.expected
   */
  constructor(options) {
    super();
    this.#options = options;
  }

  /** The link whose picture and sound are shown, or null. @returns {Link|null} */
  get shown() {
    return [...this.#current.values()].find((link) => link.open.kind === "talk") ?? null;
  }

  /**
   * Build the offer while the call waits or rings: the customer's end offers first.
   * @param {number} patience  ms after which its addresses count as stale
   */
  prepare(patience) {
    if (this.shown) return;
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.discard(), patience);
    if (this.#prepared) return;
    const { configuration, signalling, tracks } = this.#options;
    const peer = new PeerConnection({ configuration: configuration(), polite: true, tracks: tracks() });
    this.#prepared = new AheadOffer(peer, signalling);
  }

  /** The call went back to the queue: its addresses would be stale by the next time. */
  discard() {
    clearTimeout(this.#patience);
    this.#prepared?.close();
    this.#prepared = null;
  }

  /**
   * @param {import("./types.js").LinkOpen} body
   * @param {string|null} call
   */
  open(body, call) {
    const { link: id, generation } = body;
    const newest = this.#next.get(id) ?? this.#current.get(id);
    if (newest && newest.open.generation >= generation) return;
    this.#next.get(id)?.stop();
    const { signalling, configuration, tracks, expected } = this.#options;
    const talk = body.kind === "talk";
    const usable = talk && body.offer && body.polite ? this.#prepared : null;
    if (usable) this.#prepared = null;
    if (talk) this.discard();
    const link = new Link({
      signalling, call, open: body, configuration, tracks: tracks(), prepared: usable,
      expected: () => expected(body.peer.participant),
    });
    this.#wire(link);
    // What is not shown here needs no overlap: the next generation takes the place at once.
    if (link.sendOnly) this.#current.get(id)?.stop();
    if (this.#current.has(id) && !link.sendOnly) this.#next.set(id, link);
    else this.#current.set(id, link);
    link.start(link === this.shown ? this.#video : null);
    const early = this.#early.filter((message) => message.body.link === id && message.body.generation === generation);
    this.#early = this.#early.filter((message) => !early.includes(message));
    for (const message of early) link.receive(message.kind, message.body);
    tell(this, "change");
  }

  /** @param {Link} link */
  #wire(link) {
    on(link, "state", () => {
      if (link.state === "up") setTimeout(() => this.#show(link), SWITCH_AFTER_MS);
      tell(this, "change");
    });
    on(link, "shown", () => this.#show(link));
    on(link, "window", (detail) => tell(this, "window", { link: link.open.link, ...detail }));
    on(link, "text", (text) => tell(this, "text", { peer: link.open.peer, text }));
    on(link, "error", (error) => tell(this, "error", error));
  }

  /** The next generation has its first frame: it takes the place of the old one. @param {Link} link */
  #show(link) {
    const id = link.open.link;
    if (this.#next.get(id) !== link) return;
    this.#current.get(id)?.stop();
    this.#current.set(id, link);
    this.#next.delete(id);
    if (this.#video && link === this.shown) link.sampler.watch(this.#video);
    tell(this, "change");
  }

  /** @param {{link: string, generation: number}} body */
  close({ link: id, generation }) {
    for (const generations of [this.#current, this.#next]) {
      const link = generations.get(id);
      if (!link || link.open.generation > generation) continue;
      link.stop();
      generations.delete(id);
    }
    tell(this, "change");
  }

  /** Close all of them, or all but these. @param {Set<string>} [keep] */
  closeAll(keep = new Set()) {
    this.discard();
    for (const id of new Set([...this.#current.keys(), ...this.#next.keys()])) {
      if (!keep.has(id)) this.close({ link: id, generation: Infinity });
    }
    this.#early = this.#early.filter(({ body }) => keep.has(body.link));
  }

  /**
   * @param {string} kind  link.description or link.candidates
   * @param {any} body
   */
  receive(kind, body) {
    const { link: id, generation } = body;
    const candidates = [this.#next.get(id), this.#current.get(id)];
    const link = candidates.find((one) => one?.open.generation === generation);
    if (link) link.receive(kind, body);
    else if (!candidates.some((one) => one && one.open.generation > generation)) this.#early = [...this.#early, { kind, body }].slice(-EARLY);
  }

  /** @param {{kind: "audio"|"video", track: MediaStreamTrack|null}} change */
  setTrack({ kind, track }) {
    const peers = [...this.#all()].map((link) => link.peer);
    for (const peer of this.#prepared ? [...peers, this.#prepared.peer] : peers) {
      peer.setTrack(kind, track).catch((/** @type {Error} */ error) => tell(this, "error", error));
    }
  }

  /** For hello: what this page still holds, newest generations only. */
  seen() {
    const newest = new Map([...this.#current, ...this.#next]);
    return [...newest.values()].map(({ open: { link, generation }, seen }) => ({ link, generation, n: seen }));
  }

  /** The socket is back after a loss. */
  recover() {
    for (const link of this.#all()) link.recover();
  }

  /** Text to the other side over the shown link's data channel. @param {string} text */
  sendText(text) {
    return this.shown?.peer.sendText(text) ?? false;
  }

  /** Measure latency on the element that people look at. @param {HTMLVideoElement} video */
  watch(video) {
    this.#video = video;
    this.shown?.sampler.watch(video);
  }

  #all() {
    return new Set([...this.#current.values(), ...this.#next.values()]);
  }
}
