/**
 * One party: a video that follows the player's clock. All times are seconds in the recording unless they are called
 * `local`, which is the file's own time. Event "trouble": the video cannot go on with the address it has.
 */
import { correction } from "./drift.js";
import { silences, spanAt } from "./spans.js";
import { loaded, paint } from "./video.js";

const ENOUGH_DATA = 3; // HTMLMediaElement.HAVE_FUTURE_DATA
const START_SECONDS = 0.35; // how far ahead a second video is set up that takes the first one's place

export class Screen extends EventTarget {
  #correcting = false;
  #broken = false;
  #changing = false;
  #wanted = null;

  constructor(root, length) {
    super();
    const data = root.dataset;
    this.root = root;
    this.video = root.querySelector("video");
    this.party = data.party;
    this.url = data.src;
    this.offset = Number(data.offset);
    this.duration = Number(data.duration);
    this.picture = data.picture === "yes";
    this.cameraOff = JSON.parse(data.cameraOff);
    this.silences = silences(JSON.parse(data.gaps), this.offset, this.duration, length);
    this.#listen(this.video);
  }

  start() {
    this.#load(0);
  }

  stop() {
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
  }

  get broken() {
    return this.#broken;
  }

  /** Is there anything of this party at that time? */
  active(at) {
    return !this.#broken && spanAt(this.silences, at) === null && at - this.offset < this.duration - 0.02;
  }

  /** Could it play on from where it is? */
  ready(at) {
    return !this.active(at) || (this.video.readyState >= ENOUGH_DATA && !this.video.seeking && this.#wanted === null);
  }

  /** Seconds by which the video is ahead of the clock; null while it need not be anywhere. */
  drift(at) {
    return this.active(at) && this.ready(at) ? this.video.currentTime - (at - this.offset) : null;
  }

  seek(at) {
    if (this.#broken) return this.#load(this.#local(at));
    this.#move(this.#local(at));
  }

  /** Called several times a second: play, stand still, and stay with the clock. */
  follow(at, rate, playing) {
    const gap = spanAt(this.silences, at);
    if (!this.active(at)) {
      if (!this.video.paused) this.video.pause();
      // Already where it goes on, so that nobody waits there.
      if (gap && this.#wanted === null && !this.video.seeking && !this.#broken) this.#stand(this.#local(gap[1]));
      return;
    }
    if (!playing) {
      if (!this.video.paused) this.video.pause();
      if (!this.video.seeking && this.#wanted === null) this.#stand(this.#local(at));
      return;
    }
    if (this.video.paused) this.video.play().catch(() => {}); // interrupted by a seek or a pause: tried again
    this.#correct(at, rate);
  }

  /** Use another address for the same file. While it plays a second video takes over, so that nothing is seen of it. */
  async renew(url, at, rate, playing) {
    this.url = url;
    const invisible = !playing || !this.active(at) || this.#broken || this.video.error;
    if (invisible) return this.#load(this.#local(at));
    if (this.#changing) return;
    this.#changing = true;
    try {
      await this.#takeOver(rate);
    } finally {
      this.#changing = false;
    }
  }

  fail() {
    this.#broken = true;
    this.video.pause();
  }

  #correct(at, rate) {
    const drift = this.drift(at);
    if (drift === null) return;
    const next = correction(drift, rate, this.#correcting);
    this.#correcting = next.correcting;
    if (next.jump) this.#move(this.#local(at));
    else if (Math.abs(this.video.playbackRate - next.rate) > 0.001) this.video.playbackRate = next.rate;
  }

  #local(at) {
    return Math.min(Math.max(0, at - this.offset), this.duration);
  }

  #stand(local) {
    if (Math.abs(this.video.currentTime - local) > 0.02) this.#move(local);
  }

  #move(local) {
    if (this.video.readyState === 0) this.#wanted = local;
    else this.video.currentTime = local;
  }

  #load(local) {
    this.#broken = false;
    this.#wanted = local;
    this.video.src = this.url;
    this.video.load();
  }

  #listen(video) {
    video.addEventListener("loadedmetadata", () => {
      if (video !== this.video || this.#wanted === null) return;
      const local = this.#wanted;
      this.#wanted = null;
      if (local > 0) video.currentTime = local;
    });
    video.addEventListener("error", () => {
      if (video === this.video && video.getAttribute("src")) this.dispatchEvent(new Event("trouble"));
    });
  }

  async #takeOver(rate) {
    const [old, fresh] = [this.video, this.video.cloneNode(false)];
    Object.assign(fresh, { volume: old.volume, muted: old.muted, src: this.url });
    this.#listen(fresh);
    const target = old.currentTime + START_SECONDS * rate + 0.3;
    await loaded(fresh, target);
    while (old.currentTime < target && !old.paused && !old.error) await paint();
    fresh.currentTime < old.currentTime - 0.2 && (fresh.currentTime = old.currentTime);
    fresh.playbackRate = rate;
    if (!old.paused) await fresh.play().catch(() => {});
    old.replaceWith(fresh);
    this.video = fresh;
    this.#correcting = false;
    old.pause();
    old.removeAttribute("src");
    old.load();
  }
}
