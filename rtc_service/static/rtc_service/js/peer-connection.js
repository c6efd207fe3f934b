/**
 * One RTCPeerConnection by perfect negotiation (W3C webrtc-pc, 10.7) and nothing else. Who is polite and who offers
 * first comes from the server. Sound and picture always have a sendrecv transceiver each, sound first, so that turning
 * a camera on later is a replaceTrack and no renegotiation. A `sendOnly` one answers and gives: no own offer, no data
 * channel, nothing comes in.
 *
 * Events: "description" (detail = {type, sdp}), "candidates" (detail = list of RTCIceCandidateInit), "ice" (detail =
 * iceConnectionState), "stream" (a track has joined it), "flowing" (a track's first packet is here), "channel" (detail = text of a data channel message), "error"
 * (detail = Error).
 */

import { askForCaptureTime, hasCaptureTime } from "./capture-time.js";
import { tell } from "./events.js";

/** Candidates that turn up within this time travel in one message. */
const BATCH_MS = 15;
/** The encoder starts far below its cap and is not there before this. */
const CAP_MS = 500;
/** Pre-negotiated, so that it costs no round trip (RFC 8832 is not needed with an id that both know). */
const CHANNEL = { negotiated: true, id: 0 };

/** @typedef {"audio"|"video"} Kind */

export class PeerConnection extends EventTarget {
  #configuration;
  #polite;
  #sendOnly;
  #makingOffer = false;
  #ignoringOffer = false;
  /** @type {Promise<void>} remote messages are taken in one after the other */
  #incoming = Promise.resolve();
  /** @type {RTCIceCandidateInit[]} ours, to be sent */
  #batch = [];
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #batchTimer;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #capTimer;
  /** @type {RTCIceCandidateInit[]} theirs, from before their description */
  #early = [];
  /** @type {Record<Kind, MediaStreamTrack|null>} */
  #tracks;
  /** @type {Partial<Record<Kind, RTCRtpTransceiver>>} */
  #transceivers = {};
  /** @type {RTCDataChannel|null} */
  #channel = null;
  #closed = false;
  /** Has offer() been called? */
  offering = false;
  /** @type {number|null} bits per second, the media profile's cap for our picture */
  videoBitrate = null;
  /** Groups our two tracks, so that the other side plays them in step. */
  #group = new MediaStream();

  /**
   * @param {object} options
   * @param {RTCConfiguration} options.configuration  always with `iceServers`, if only an empty list
   * @param {boolean} options.polite
   * @param {Record<Kind, MediaStreamTrack|null>} options.tracks
   * @param {boolean} [options.sendOnly]  the other end, e.g. a recorder, only listens
   */
  constructor({ configuration, polite, tracks, sendOnly = false }) {
    super();
    this.#configuration = { bundlePolicy: /** @type {const} */ ("max-bundle"), ...configuration };
    this.#polite = polite;
    this.#sendOnly = sendOnly;
    this.#tracks = { ...tracks };
    /** What the other side sends; filled as its tracks turn up. */
    this.stream = new MediaStream();
    this.pc = new RTCPeerConnection(this.#configuration);
    if (!sendOnly) this.pc.onnegotiationneeded = () => this.#attempt(() => this.#offer());
    this.pc.onicecandidate = (event) => event.candidate?.candidate && this.#trickle(event.candidate.toJSON());
    this.pc.oniceconnectionstatechange = () => tell(this, "ice", this.pc.iceConnectionState);
    this.pc.ontrack = (event) => this.#onTrack(event.track);
  }

  /** Be the one who offers: the rest follows from `negotiationneeded`. The other end just waits for the offer. */
  offer() {
    this.offering = true;
    // Sound before picture, always: an estimator's limits are those of the m-line that was applied last.
    for (const kind of /** @type {Kind[]} */ (["audio", "video"])) {
      const options = { direction: /** @type {const} */ ("sendrecv"), streams: [this.#group] };
      this.#transceivers[kind] = this.pc.addTransceiver(this.#tracks[kind] ?? kind, options);
    }
    this.#openChannel();
    Object.values(this.#transceivers).forEach(askForCaptureTime);
  }

  /**
   * Send this track from now on, or nothing.
   * @param {Kind} kind
   * @param {MediaStreamTrack|null} track
   */
  async setTrack(kind, track) {
    this.#tracks[kind] = track;
    await this.#transceivers[kind]?.sender.replaceTrack(track);
  }

  /** @param {RTCSessionDescriptionInit} description  the other side's */
  receiveDescription(description) {
    this.#take(() => this.#onDescription(description));
  }

  /** @param {RTCIceCandidateInit[]} candidates  the other side's */
  receiveCandidates(candidates) {
    this.#take(() => this.#onCandidates(candidates));
  }

  /** The way is lost: look for a new one. @param {RTCIceServer[]} [iceServers]  with fresh credentials */
  restartIce(iceServers) {
    if (this.#closed || this.#sendOnly) return;
    if (iceServers) this.pc.setConfiguration((this.#configuration = { ...this.#configuration, iceServers }));
    this.pc.restartIce();
  }

  /**
   * @param {string} text
   * @returns {boolean} false when the channel is not open
   */
  sendText(text) {
    if (this.#channel?.readyState !== "open") return false;
    this.#channel.send(text);
    return true;
  }

  /** @param {Kind} kind */
  receiver(kind) {
    return this.#transceivers[kind]?.receiver ?? null;
  }

  /** Did both ends agree on abs-capture-time for the picture? Without it capture times are not true. */
  get knowsCaptureTime() {
    return hasCaptureTime(this.#transceivers.video);
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#batchTimer);
    clearTimeout(this.#capTimer);
    this.#channel?.close();
    this.pc.close();
  }

  /**
   * A video element stays silent until a picture that was announced is there (Chromium), so a picture joins the stream
   * with its first packet: who has no camera is heard all the same.
   * @param {MediaStreamTrack} track
   */
  #onTrack(track) {
    track.addEventListener("unmute", () => tell(this, "flowing"));
    const add = () => {
      this.stream.addTrack(track);
      tell(this, "stream");
    };
    if (track.kind === "video" && track.muted) track.addEventListener("unmute", add, { once: true });
    else add();
  }

  async #offer() {
    try {
      this.#makingOffer = true;
      await this.pc.setLocalDescription();
      this.#describe();
    } finally {
      this.#makingOffer = false;
    }
  }

  #describe() {
    const { type, sdp } = /** @type {RTCSessionDescription} */ (this.pc.localDescription);
    tell(this, "description", { type, sdp });
  }

  /** @param {RTCSessionDescriptionInit} description */
  async #onDescription(description) {
    const { pc } = this;
    // Remote messages are taken in one by one, hence no answer can be half applied here.
    const collision = description.type === "offer" && (this.#makingOffer || pc.signalingState !== "stable");
    this.#ignoringOffer = collision && !this.#polite;
    if (this.#ignoringOffer) return;
    await pc.setRemoteDescription(description);
    await this.#onCandidates(this.#early.splice(0));
    if (description.type === "offer") {
      this.#adopt();
      await pc.setLocalDescription();
      this.#describe();
    }
    // A question to WebRTC's own threads, which build the path at this moment: the page would stand still meanwhile.
    clearTimeout(this.#capTimer);
    this.#capTimer = setTimeout(() => void this.#attempt(() => this.#capVideo()), CAP_MS);
  }

  /** Encodings can be set once both descriptions are there. */
  async #capVideo() {
    const sender = this.#transceivers.video?.sender;
    const parameters = sender?.getParameters();
    if (!sender || !parameters?.encodings?.length || this.videoBitrate === null) return;
    for (const encoding of parameters.encodings) encoding.maxBitrate = this.videoBitrate;
    await sender.setParameters(parameters);
  }

  /** As the answerer take the transceivers that the offer brought: in both directions, or to send only. */
  #adopt() {
    for (const transceiver of this.pc.getTransceivers()) {
      const kind = /** @type {Kind} */ (transceiver.receiver.track.kind);
      if (this.#transceivers[kind]) continue;
      this.#transceivers[kind] = transceiver;
      transceiver.direction = this.#sendOnly ? "sendonly" : "sendrecv";
      transceiver.sender.setStreams?.(this.#group);
      this.#attempt(() => transceiver.sender.replaceTrack(this.#tracks[kind]));
    }
    if (this.#sendOnly) return; // a channel would be a renegotiation, and no delay is measured there
    this.#openChannel();
    Object.values(this.#transceivers).forEach(askForCaptureTime);
  }

  /** @param {RTCIceCandidateInit[]} candidates */
  async #onCandidates(candidates) {
    if (!this.pc.remoteDescription) {
      this.#early.push(...candidates);
      return;
    }
    for (const candidate of candidates) {
      try {
        await this.pc.addIceCandidate(candidate);
      } catch (error) {
        // Those of an offer that we ignore fit no description; anything else is worth knowing.
        if (!this.#ignoringOffer) throw error;
      }
    }
  }

  /** @param {RTCIceCandidateInit} candidate */
  #trickle(candidate) {
    this.#batch.push(candidate);
    this.#batchTimer ??= setTimeout(() => {
      this.#batchTimer = undefined;
      tell(this, "candidates", this.#batch.splice(0));
    }, BATCH_MS);
  }

  #openChannel() {
    if (this.#channel) return;
    this.#channel = this.pc.createDataChannel("rtc", CHANNEL);
    this.#channel.onmessage = (event) => tell(this, "channel", event.data);
  }

  /** @param {() => Promise<void>} step */
  #take(step) {
    this.#incoming = this.#incoming.then(() => this.#attempt(step));
  }

  /** @param {() => Promise<void>} step */
  async #attempt(step) {
    if (this.#closed) return;
    try {
      await step();
    } catch (error) {
      if (!this.#closed) tell(this, "error", error);
    }
  }
}
