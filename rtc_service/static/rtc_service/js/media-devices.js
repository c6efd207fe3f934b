/**
 * This tab's camera and microphone: the only caller of getUserMedia and enumerateDevices, and the one who stops every
 * track it started. What cannot be had is told as a problem, and the rest goes on: picture → sound → neither.
 *
 * Events: "change" (`state` has changed), "track" (detail = {kind: "audio"|"video", track: MediaStreamTrack|null}).
 *
 * @typedef {import("./types.js").Source} Source
 * @typedef {import("./types.js").LocalState} LocalState
 */

import { problemCode, RtcError } from "./errors.js";
import { tell } from "./events.js";

/** @type {Record<Source, "audio"|"video">} */
const KINDS = { camera: "video", microphone: "audio" };
/** @type {Record<string, Source>} */
const SOURCES = { videoinput: "camera", audioinput: "microphone", video: "camera", audio: "microphone" };

/** @type {Record<"audio"|"video", MediaTrackConstraints>} */
const DEFAULTS = {
  video: { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 30, max: 30 } },
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
};

export class LocalMedia extends EventTarget {
  #constraints;
  /** Whether the page asked for its own picture, which the server's profile leaves alone. */
  #own;
  #devices;
  /** @type {MediaStream|null} */
  #stream = null;
  /** @type {Record<Source, MediaStreamTrack|null>} */
  #tracks = { camera: null, microphone: null };
  /** @type {Partial<Record<Source, string>>} device chosen by the user */
  #chosen = {};
  /** @type {Set<Source>} unplugged while in use: taken back when a device turns up */
  #lost = new Set();
  /** @type {import("./types.js").MediaProblem|null} */
  #problem = null;
  #run = new AbortController();
  /** @type {Promise<any>} one change after the other */
  #queue = Promise.resolve();

  /**
   * @param {{video?: MediaTrackConstraints, audio?: MediaTrackConstraints}} [constraints]
   * @param {MediaDevices|undefined} [devices]  absent on insecure pages
   */
  constructor(constraints = {}, devices = globalThis.navigator?.mediaDevices) {
    super();
    this.#constraints = { ...DEFAULTS, ...constraints };
    this.#own = "video" in constraints;
    this.#devices = devices;
  }

  /** @returns {LocalState} */
  get state() {
    const { camera, microphone } = this.#tracks;
    return {
      stream: this.#stream,
      camera: camera !== null,
      microphone: microphone?.enabled ?? false,
      screen: false,
      problem: this.#problem,
    };
  }

  /** @returns {{audio: MediaStreamTrack|null, video: MediaStreamTrack|null}} */
  get tracks() {
    return { audio: this.#tracks.microphone, video: this.#tracks.camera };
  }

  /**
   * @param {{audio?: boolean, video?: boolean}} [wanted]
   * @returns {Promise<LocalState>} never rejects: what is missing is in `problem`
   */
  open({ audio = true, video = true } = {}) {
    return this.#inTurn(async () => {
      const sources = /** @type {Source[]} */ ([audio && "microphone", video && "camera"].filter(Boolean));
      const missing = sources.filter((source) => !this.#tracks[source]);
      this.#problem = null;
      if (missing.length) await this.#acquire(missing);
      this.#devices?.addEventListener?.("devicechange", this.#onDeviceChange, { signal: this.#run.signal });
      tell(this, "change");
    }).then(() => this.state);
  }

  /** Stop everything; a permission prompt that is still open comes to nothing. */
  close() {
    this.#run.abort();
    this.#run = new AbortController();
    this.#lost.clear();
    this.#problem = null;
    for (const source of /** @type {Source[]} */ (["camera", "microphone"])) this.#put(source, null);
    tell(this, "change");
  }

  /** The picture that the server's media profile asks for. @param {Record<string, number>} limits  of the welcome */
  profile({ video_width: width, video_height: height, video_fps: fps }) {
    if (this.#own || !width || !height || !fps) return;
    const video = { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: fps, max: fps } };
    this.#constraints = { ...this.#constraints, video };
    // A camera that cannot do it goes on as it is.
    this.#tracks.camera?.applyConstraints(video).catch(() => {});
  }

  /** Off releases the camera, so that its light goes out; on takes it again. @param {boolean} on */
  setCamera(on) {
    return this.#inTurn(() => this.#switch("camera", on));
  }

  /** Off keeps the microphone and sends silence, so that on is at once. @param {boolean} on */
  setMicrophone(on) {
    const track = this.#tracks.microphone;
    if (!track) return this.#inTurn(() => this.#switch("microphone", on));
    track.enabled = on;
    tell(this, "change");
    return Promise.resolve();
  }

  /**
   * @param {"videoinput"|"audioinput"} kind
   * @param {string} deviceId
   * @returns {Promise<void>} rejects with RtcError (a problem code) when that device cannot be had; the old one goes on
   */
  useDevice(kind, deviceId) {
    const source = SOURCES[kind];
    return this.#inTurn(async () => {
      const before = this.#chosen[source];
      // Phones cannot open two cameras at once: the old one is let go first.
      const held = this.#tracks[source];
      const enabled = held?.enabled ?? true;
      if (source === "camera") this.#tracks.camera?.stop();
      this.#chosen[source] = deviceId;
      try {
        await this.#get([source]);
      } catch (error) {
        this.#chosen[source] = before;
        if (source === "camera" && held) await this.#acquire([source]);
        throw new RtcError(problemCode(error), String(error));
      } finally {
        const track = this.#tracks[source];
        if (track) track.enabled = enabled;
        tell(this, "change");
      }
    });
  }

  /** @returns {Promise<MediaDeviceInfo[]>} labels are empty before a permission was given */
  async devices() {
    return (await this.#devices?.enumerateDevices()) ?? [];
  }

  /**
   * @param {Source} source
   * @param {boolean} on
   */
  async #switch(source, on) {
    this.#problem = null;
    this.#lost.delete(source);
    if (!on) this.#put(source, null);
    else if (!this.#tracks[source]) await this.#acquire([source]);
    tell(this, "change");
  }

  /**
   * As much of it as can be had: all, else the sound, else the picture. The first failure is the problem that is shown.
   * @param {Source[]} sources
   */
  async #acquire(sources) {
    const rounds = sources.length > 1 ? [sources, ...sources.map((source) => [source])] : [sources];
    /** @type {any} */
    let first = null;
    for (const round of rounds) {
      try {
        await this.#get(round);
        break;
      } catch (error) {
        if (error instanceof RtcError && error.code === "stopped") return;
        first ??= error;
      }
    }
    const failed = sources.filter((source) => !this.#tracks[source]);
    if (failed.length) this.#problem = { code: problemCode(first), kind: failed.length === 2 ? "all" : failed[0] };
  }

  /** @param {Source[]} sources */
  async #get(sources) {
    const { signal } = this.#run;
    if (!this.#devices?.getUserMedia) throw new RtcError("insecure");
    const stream = await this.#devices.getUserMedia(this.#ask(sources)).catch((error) => {
      // A device that was chosen once and is gone now must not stand in the way of another.
      if (error.name !== "OverconstrainedError" || !sources.some((source) => this.#chosen[source] && !this.#tracks[source])) throw error;
      for (const source of sources) delete this.#chosen[source];
      return /** @type {MediaDevices} */ (this.#devices).getUserMedia(this.#ask(sources));
    });
    if (signal.aborted) {
      for (const track of stream.getTracks()) track.stop();
      throw new RtcError("stopped");
    }
    for (const track of stream.getTracks()) this.#put(SOURCES[track.kind], track);
  }

  /**
   * @param {Source[]} sources
   * @returns {MediaStreamConstraints}
   */
  #ask(sources) {
    return Object.fromEntries(
      sources.map((source) => {
        const kind = KINDS[source];
        const deviceId = this.#chosen[source];
        return [kind, { ...this.#constraints[kind], ...(deviceId && { deviceId: { exact: deviceId } }) }];
      }),
    );
  }

  /**
   * @param {Source} source
   * @param {MediaStreamTrack|null} track
   */
  #put(source, track) {
    const old = this.#tracks[source];
    if (!old && !track) return;
    if (old) {
      old.onended = null;
      old.stop();
      this.#stream?.removeTrack(old);
    }
    this.#tracks[source] = track;
    if (track) {
      (this.#stream ??= new MediaStream()).addTrack(track);
      track.onended = () => this.#inTurn(() => this.#unplugged(source, track));
      this.#lost.delete(source);
    }
    if (!this.#stream?.getTracks().length) this.#stream = null;
    tell(this, "track", { kind: KINDS[source], track });
  }

  /**
   * The device is gone: go on with the next one, or say so.
   * @param {Source} source
   * @param {MediaStreamTrack} track
   */
  async #unplugged(source, track) {
    if (this.#tracks[source] !== track) return;
    const { enabled } = track;
    delete this.#chosen[source];
    this.#put(source, null);
    await this.#acquire([source]);
    const next = this.#tracks[source];
    if (next) next.enabled = enabled;
    else this.#lost.add(source);
    tell(this, "change");
  }

  #onDeviceChange = () =>
    this.#inTurn(async () => {
      const present = new Set((await this.devices()).map((device) => device.deviceId));
      for (const source of /** @type {Source[]} */ (["microphone", "camera"])) {
        const track = this.#tracks[source];
        const id = track?.getSettings().deviceId;
        // Some browsers leave the track of an unplugged device "live".
        if (track && id && !present.has(id)) await this.#unplugged(source, track);
        else if (!track && this.#lost.has(source)) await this.#switch(source, true);
      }
      tell(this, "change");
    });

  /**
   * One change after the other; those that were asked for before a close() are no longer wanted.
   * @param {() => Promise<void>} change
   * @returns {Promise<void>}
   */
  #inTurn(change) {
    const { signal } = this.#run;
    const turn = this.#queue.then(() => (signal.aborted ? undefined : change()));
    this.#queue = turn.catch(() => {});
    return turn;
  }
}
