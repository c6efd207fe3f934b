/** From the button to the window and back: loads what the window needs, keeps one call at a time, leaves a note for the next page. */
import { CallWindow } from "./call-window.js";
import { CustomerCall } from "./customer-call.js";
import { part } from "./element.js";
import { LIVE } from "./phase.js";
import { forgetOpenCall, keepOpenCall, tabStorage } from "./open-call.js";
import { loadFragment, loadStyle } from "./resources.js";
import { Texts } from "./texts.js";

export class CallApp {
  #host;
  #shadow;
  #launcher;
  #urls;
  #storage = tabStorage();
  #call = null;
  #window = null;
  #run = null;
  /** @type {{run: AbortController, call: CustomerCall, window: Promise<CallWindow|null>}|null} for the click that may come */
  #spare = null;

  constructor({ host, shadow, launcher, urls }) {
    this.#host = host;
    this.#shadow = shadow;
    this.#launcher = launcher;
    this.#urls = urls;
  }

  get session() {
    return this.#call?.session ?? null;
  }

  /** The service's own words, for a page that gave the button none. */
  async words() {
    return new Texts(part(await loadFragment(this.#urls.fragment), "texts"), this.#urls.language);
  }

  /** Ahead of the click: the window is built, out of sight, and the session has its token. Nothing else can be seen of it. */
  async warm() {
    if (this.#call) return;
    this.#spare ??= this.#make();
    this.#spare.call.session.prepare();
    await this.#spare.window;
  }

  /** The button: a new call, or back to the one that is open. */
  async open() {
    if (this.#window) return this.#show();
    if (this.#call) return; // the second click of a double click
    const window = this.#newCall();
    this.#call.begin();
    await this.#enter(window);
  }

  /** The next page of the shop; a call that is over by now is not brought back. */
  async resume(note) {
    if (this.#call) return;
    const window = this.#newCall();
    this.#call.resume(note);
    await this.#enter(window, { minimised: note.minimised, focus: false }); // a page that loads keeps its own focus
    await this.#settled();
    if (this.#call && !this.#call.state.call && this.#call.state.connection === "open") this.close();
  }

  /** Takes the window away and forgets the call. */
  close() {
    forgetOpenCall(this.#storage);
    this.#stop();
    this.#launcher.idle();
    this.#launcher.button.focus({ preventScroll: true });
  }

  /** The element leaves the page: the call itself goes on, the next page returns to it. */
  detach() {
    this.#stop();
    this.#spare?.run.abort();
    this.#spare?.call.stop();
    this.#spare = null;
  }

  #stop() {
    this.#run?.abort();
    this.#call?.stop();
    this.#call = this.#window = this.#run = null;
  }

  /** @returns {Promise<CallWindow|null>} the call's window */
  #newCall() {
    const { run, call, window } = this.#spare ?? this.#make();
    this.#spare = null;
    this.#run = run;
    this.#call = call;
    return window;
  }

  /** A call that has not begun, and its window out of sight. */
  #make() {
    const run = new AbortController();
    const call = new CustomerCall(this.#host, this.#urls, this.#storage);
    const made = { run, call, window: this.#build(call, run.signal) };
    made.window.catch(() => {
      if (this.#spare === made) this.#spare = null;
    });
    return made;
  }

  /** @returns {Promise<CallWindow|null>} null when it is not wanted any more */
  async #build(call, signal) {
    const [fragment, style] = await Promise.all([loadFragment(this.#urls.fragment), loadStyle(this.#urls.style)]);
    if (signal.aborted) return null;
    this.#shadow.adoptedStyleSheets = [this.#shadow.adoptedStyleSheets[0], style];
    const words = part(fragment, "texts");
    words.remove();
    const texts = new Texts(words, this.#urls.language);
    const root = this.#launcher.root;
    const window = new CallWindow({ host: this.#host, root, fragment, texts, call, urls: this.#urls, signal });
    const on = (kind, handler) => window.addEventListener(kind, handler, { signal });
    on("minimise", () => this.#minimise());
    on("restore", () => this.#show());
    on("done", () => this.#done());
    on("again", () => { this.close(); this.open(); });
    on("tick", () => this.#look());
    on("phase", ({ detail }) => this.#phase(detail));
    call.addEventListener("change", () => this.#note(), { signal });
    return window;
  }

  /** The window comes on the screen. */
  async #enter(built, { minimised = false, focus = true } = {}) {
    const run = this.#run;
    const window = await built;
    if (!window || run.signal.aborted) return;
    this.#window = window;
    window.update();
    if (minimised) this.#away();
    else this.#show(focus);
  }

  #show(focus = true) {
    this.#launcher.opened();
    this.#window.frame.open(focus);
    this.#note();
  }

  #minimise() {
    this.#away();
    this.#launcher.button.focus({ preventScroll: true });
  }

  /** In a conversation the other side's picture stays above the button. */
  #away() {
    this.#window.frame.minimise(this.#window.phase === "active");
    this.#look();
    this.#note();
  }

  /** "Back to the shop" after the end; a request that is under way is taken back behind the closed window. */
  #done() {
    if (LIVE.has(this.#window.phase)) {
      this.#call.abandon();
      this.#call = null;
    }
    this.close();
  }

  /** The page may listen: `rtc:phase` on `<rtc-call>`, detail = `{phase}` of `ui/phase.js`. */
  #phase(phase) {
    if (this.#window && !this.#window.frame.shown) { // a window made ahead comes on the screen by #enter
      if (phase === "joining") this.#show(); // somebody has answered: that is what the customer waits for
      else this.#away();
    }
    this.#note();
    this.#host.dispatchEvent(new CustomEvent("rtc:phase", { detail: { phase }, bubbles: true, composed: true }));
  }

  /** What the button says while the window is away. */
  #look() {
    const window = this.#window;
    if (!window || window.frame.shown) return;
    this.#launcher.minimised(window.summary, window.seconds, window.phase === "active");
    this.#launcher.badge(window.unread);
  }

  /** For the next page: that there is a call, and how it was left. */
  #note() {
    const state = this.#call?.state;
    if (!state?.call) return;
    if (state.call.state === "ended") return forgetOpenCall(this.#storage);
    const { camera, microphone } = this.#call.flow.preparing ? this.#call.wanted : state.local;
    keepOpenCall(this.#storage, this.#urls.service, { camera, microphone, minimised: !this.#window?.frame.shown });
  }

  /** Until the server has said whether there is a call. */
  #settled() {
    const call = this.#call;
    const known = () => call.state.call || ["open", "elsewhere", "refused", "ended"].includes(call.state.connection);
    if (known()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = () => {
        if (!known()) return;
        call.removeEventListener("change", look);
        resolve();
      };
      call.addEventListener("change", look);
    });
  }
}
