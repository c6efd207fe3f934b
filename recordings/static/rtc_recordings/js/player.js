/** Entry of the player's page: <rtc-player>, which brings the server's page to life. */
import { postJson } from "../../rtc_service/js/http.js";
import { Cover } from "./covers.js";
import { EventList } from "./event-list.js";
import { timeWords, wallClock } from "./format.js";
import { listen } from "./keys.js";
import { Links } from "./links.js";
import { PlayClock } from "./play-clock.js";
import { Screen } from "./screen.js";
import { common, spanAt } from "./spans.js";
import { TimeLine, positionWords } from "./time-line.js";
import { Volume } from "./volume.js";

const TICK_MS = 50;
const STEP = 10; // seconds of a jump
const ATTEMPTS = 3; // fresh links for a video that fails and fails
const LOADING_MS = 400; // shorter waits are not mentioned

export class RtcPlayer extends HTMLElement {
  #playing = false;
  #waitingSince = 0;
  #failures = new Map();
  #stopped = new AbortController();

  connectedCallback() {
    const { seconds, begins, renew, csrf, linkSeconds } = this.dataset;
    this.clock = new PlayClock(Number(seconds));
    this.begins = Date.parse(begins);
    this.screens = this.#parts("screen").map((root) => new Screen(root, this.clock.length));
    this.covers = this.screens.map((screen) => new Cover(screen, (key) => this.#text(key)));
    this.volumes = this.screens.map((screen) => new Volume(screen));
    this.silences = common(this.screens.map((screen) => screen.silences));
    const words = positionWords(this.#text("position"), this.clock.length);
    this.timeLine = new TimeLine(this.#part("time-line"), { length: this.clock.length, screens: this.screens, words });
    this.events = this.#part("entries") && new EventList(this);
    this.links = new Links({ url: renew, csrf, seconds: Number(linkSeconds), post: postJson });
    this.wall = wallClock(document.documentElement.lang);
    this.#listen();
    for (const screen of this.screens) screen.start();
    this.links.start();
    this.timer = setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    this.links.stop();
    this.#stopped.abort();
    for (const screen of this.screens) screen.stop();
  }

  get position() {
    return this.clock.position;
  }

  get playing() {
    return this.#playing;
  }

  /** Milliseconds between the party that is farthest ahead and the one farthest behind; null with fewer than two. */
  get skew() {
    const drifts = this.screens.map((screen) => screen.drift(this.position)).filter((drift) => drift !== null);
    return drifts.length < 2 ? null : (Math.max(...drifts) - Math.min(...drifts)) * 1000;
  }

  play() {
    if (this.clock.ended) this.seek(0);
    this.#playing = true;
    this.toggleAttribute("data-begun", true);
    this.#tick();
  }

  pause() {
    this.#playing = false;
    this.clock.hold();
    this.#tick();
  }

  toggle() {
    if (this.#playing) this.pause();
    else this.play();
  }

  seek(at) {
    this.clock.hold();
    this.clock.seek(at);
    for (const screen of this.screens) screen.seek(this.position);
    this.#tick();
  }

  #tick() {
    // All wait for the slowest: one clock, and nobody runs ahead of the other.
    const ready = this.screens.every((screen) => screen.ready(this.position));
    if (this.#playing && ready && !this.clock.ended) this.clock.run();
    else this.clock.hold();
    const at = this.position;
    for (const screen of this.screens) screen.follow(at, this.clock.rate, this.clock.running);
    if (this.#playing && this.clock.ended) this.pause();
    else this.#paint(at, ready);
  }

  #paint(at, ready) {
    this.#waitingSince = ready ? 0 : this.#waitingSince || performance.now();
    const loading = !ready && performance.now() - this.#waitingSince > LOADING_MS;
    this.screens.forEach((screen, index) => this.covers[index].show(at, loading && !screen.ready(at)));
    this.timeLine.show(at);
    this.events?.show(at);
    this.#part("now").textContent = timeWords(at);
    this.#part("wall").textContent = this.wall(this.begins + at * 1000);
    this.#part("gap").hidden = !spanAt(this.silences, at);
    const button = this.#part("play");
    const name = this.#playing ? "pause" : "play";
    if (this.dataset.state === name) return;
    this.dataset.state = name;
    button.setAttribute("aria-label", this.#text(name));
    button.title = `${this.#text(name)} (K)`;
    this.#part("play-icon").setAttribute("href", `#rtc-i-${name}`);
  }

  #listen() {
    const { signal } = this.#stopped;
    const actions = {
      toggle: () => this.toggle(),
      back: () => this.seek(this.position - STEP),
      forward: () => this.seek(this.position + STEP),
      previous: () => this.seek(this.timeLine.neighbour(this.position, -1) ?? 0),
      next: () => this.seek(this.timeLine.neighbour(this.position, 1) ?? this.position),
      slower: () => this.#shift(-1),
      faster: () => this.#shift(1),
      mute: () => this.#mute(),
      full: () => this.#full(),
      begin: () => this.seek(0),
      end: () => this.seek(this.clock.length),
    };
    listen(actions, signal);
    for (const name of ["back", "forward", "full"]) this.#part(name).addEventListener("click", actions[name]);
    for (const name of ["play", "big-play"]) this.#part(name).addEventListener("click", actions.toggle);
    for (const screen of this.screens) {
      screen.root.querySelector(".rtc-frame").addEventListener("click", actions.toggle);
      screen.addEventListener("trouble", () => this.#trouble(screen));
    }
    this.#part("speed").addEventListener("change", ({ target }) => (this.clock.rate = Number(target.value)));
    this.#part("skip").addEventListener("click", () => this.#skip());
    this.timeLine.addEventListener("seek", ({ detail }) => this.seek(detail));
    this.events?.addEventListener("seek", ({ detail }) => this.seek(detail));
    this.links.addEventListener("links", ({ detail }) => this.#renewed(detail));
    this.links.addEventListener("offline", ({ detail }) => this.#notice(detail ? "offline" : ""));
    this.links.addEventListener("gone", () => globalThis.location.reload());
    this.links.addEventListener("over", () => this.#over());
    globalThis.addEventListener("online", () => this.links.renew(), { signal });
  }

  #trouble(screen) {
    this.#failures.set(screen, (this.#failures.get(screen) ?? 0) + 1);
    this.links.renew();
  }

  #renewed({ links, damaged }) {
    this.screens.forEach((screen, index) => {
      const failures = this.#failures.get(screen) ?? 0;
      const failing = screen.video.error !== null;
      if (failing && (damaged.includes(screen.party) || failures >= ATTEMPTS)) {
        this.covers[index].problem = damaged.includes(screen.party) ? "damaged" : "broken";
        this.#failures.delete(screen);
        screen.url = links[screen.party];
        screen.fail();
        return;
      }
      if (!failing) this.#failures.delete(screen);
      // A second video that does not come up in time changes nothing: the first one goes on, or fails by itself.
      screen.renew(links[screen.party], this.position, this.clock.rate, this.clock.running).catch(() => {});
    });
  }

  #over() {
    this.pause();
    const notice = this.#notice("over");
    const link = Object.assign(document.createElement("a"), { href: this.dataset.play, textContent: this.#text("again") });
    notice.append(" ", link);
  }

  #notice(key) {
    const notice = this.#part("notice");
    notice.hidden = !key;
    notice.textContent = key ? this.#text(key) : "";
    return notice;
  }

  #skip() {
    const gap = spanAt(this.silences, this.position);
    if (gap) this.seek(gap[1]);
  }

  #shift(direction) {
    const select = this.#part("speed");
    const next = select.options[select.selectedIndex + direction];
    if (!next) return;
    select.value = next.value;
    this.clock.rate = Number(next.value);
  }

  #mute() {
    const muted = this.volumes.some((volume) => !volume.muted);
    for (const volume of this.volumes) volume.mute(muted);
  }

  #full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.#part("theatre").requestFullscreen?.();
  }

  #text(key) {
    return this.getAttribute(`data-text-${key}`) ?? "";
  }

  #part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  #parts(name) {
    return [...this.querySelectorAll(`[data-part="${name}"]`)];
  }
}

if (!customElements.get("rtc-player")) customElements.define("rtc-player", RtcPlayer);
