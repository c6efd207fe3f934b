/** The call window: puts the parts together and shows each what the session's state means for it. */
import { AfterCall } from "./after-call.js";
import { Chat } from "./chat.js";
import { DevicePicker } from "./device-picker.js";
import { DeviceProblem } from "./device-problem.js";
import { formatDuration, part, setText, show } from "./element.js";
import { Lobby } from "./lobby.js";
import { LIVE, bannerOf, headerOf, phaseOf, startOf, wordsOf } from "./phase.js";
import { Product } from "./product.js";
import { Prompts } from "./prompts.js";
import { QualityBadge } from "./quality-badge.js";
import { RecordingSign } from "./recording-sign.js";
import { Stage } from "./stage.js";
import { Toolbar } from "./toolbar.js";
import { WindowFrame } from "./window-frame.js";

/** Listing the devices can start a process of the browser: not while the call is being connected. */
const FOLLOW_MS = 1500;

/** Events: "again", "done", "minimise", "restore", "phase" (detail = phase), "tick" (each second). */
export class CallWindow extends EventTarget {
  phase = "";
  #call;
  #host;
  #texts;
  #root;
  #views;
  #parts;
  #chatOpen = false;
  #asked = false;
  #announced = "";
  #stream = null;
  #following = 0;
  #signal;

  constructor({ host, root, fragment, texts, call, urls, signal }) {
    super();
    this.#host = host;
    this.#texts = texts;
    this.#call = call;
    this.#signal = signal;
    root.append(fragment);
    this.#root = part(root, "window");
    const names = ["heading", "subtitle", "elapsed", "dot", "live", "side", "header"];
    this.#parts = Object.fromEntries(names.map((name) => [name, part(this.#root, name)]));
    this.frame = new WindowFrame(this.#root, signal);
    const stage = new Stage(this.#root, texts, signal);
    const { session } = call;
    session.watch(stage.remote); // the delay that is shown is measured on this picture
    this.#views = {
      stage,
      lobby: new Lobby(this.#root, texts, signal),
      problem: new DeviceProblem(this.#root, texts, signal),
      chat: new Chat(this.#root, session, texts, signal),
      toolbar: new Toolbar(this.#root, stage.remote, texts, signal),
      picker: new DevicePicker(this.#root, session, stage.remote, texts, signal),
      quality: new QualityBadge(this.#root, texts, signal),
      after: new AfterCall(this.#root, session, urls, texts, signal),
      product: new Product(this.#root, host, session, urls, signal),
      prompts: new Prompts(this.#root, session, signal),
      recording: new RecordingSign(this.#root, session, texts, signal),
    };
    this.#wire();
    const ticking = setInterval(() => this.#tick(), 1000);
    signal.addEventListener("abort", () => { clearInterval(ticking); clearTimeout(this.#following); this.#root.remove(); });
  }

  get unread() {
    return this.#views.chat.unread + Number(this.#asked);
  }

  /** Words for the button while the window is away; with the small picture the sign of a recording is on it. */
  get summary() {
    const sign = this.#root.hidden ? this.#views.recording.words : "";
    return [sign, this.#asked ? this.#texts.get("launcher.question") : this.#course].filter(Boolean).join(" · ");
  }

  get #course() {
    if (this.phase === "ended") return this.#texts.get("launcher.rate");
    return this.phase === "active" ? this.#texts.get("launcher.return") : wordsOf(this.phase, this.#call.state, this.#call.flow, this.#texts).title;
  }

  /** Seconds of conversation, or of waiting for it, so far; or null. */
  get seconds() {
    const start = startOf(this.phase, this.#call.state.call);
    return start === null ? null : Math.max(0, (this.#call.session.serverNow() - start) / 1000);
  }

  #wire() {
    const { lobby, problem, toolbar, picker, after, stage, chat } = this.#views;
    const call = this.#call;
    const on = (target, kind, handler) => target.addEventListener(kind, handler, { signal: this.#signal });
    const update = () => this.update();
    on(call, "change", update);
    on(stage, "picture", update);
    on(picker, "devices", update);
    on(globalThis, "online", update);
    on(globalThis, "offline", update);
    on(lobby, "take-over", () => call.takeOver());
    on(lobby, "retry", () => call.retry());
    on(problem, "retry", () => call.prepare({ audio: true, video: call.media === "video" }));
    on(problem, "audio", () => this.#settle(call.state.local.microphone ? null : { audio: true, video: false }));
    on(problem, "text", () => { call.session.closeMedia(); this.#settle(null); this.#openChat(true); });
    on(toolbar, "microphone", () => { problem.renew(); call.session.setMicrophone(!call.state.local.microphone); });
    on(toolbar, "camera", () => { problem.renew(); call.session.setCamera(!call.state.local.camera); });
    on(toolbar, "flip", () => picker.flip());
    on(toolbar, "devices", () => picker.open());
    on(toolbar, "chat", () => this.#openChat(!this.#chatOpen));
    on(toolbar, "hang-up", () => this.#leave());
    on(after, "again", () => this.dispatchEvent(new Event("again")));
    on(after, "done", () => this.dispatchEvent(new Event("done")));
    on(this.frame, "close", () => this.dispatchEvent(new Event("done")));
    for (const kind of ["minimise", "restore"]) on(this.frame, kind, () => this.dispatchEvent(new Event(kind)));
    on(this.frame, "layout", () => this.update());
    chat.visible = false;
  }

  /** On with what there is (or with less): the same problem is not shown again. */
  #settle(media) {
    this.#views.problem.dismiss(this.#call.state.local.problem);
    if (media) this.#call.prepare(media);
    this.update();
  }

  /** Without a call there is nothing to tell the server: the window just closes. */
  #leave() {
    if (this.#call.state.call) this.#call.leave().catch(() => {}); // refused because it is over already: the log says so
    else this.dispatchEvent(new Event("done"));
  }

  #openChat(opened) {
    this.#chatOpen = opened;
    this.update();
    if (opened) this.#views.chat.focus();
  }

  update() {
    const { state, flow } = this.#call;
    const views = this.#views;
    const phase = phaseOf(state, flow);
    const banner = bannerOf(state, navigator.onLine !== false);
    const changed = phase !== this.phase;
    this.#follow(state.local.stream);
    this.phase = phase;
    this.#root.dataset.phase = phase;
    const sideShown = LIVE.has(phase) && (this.#chatOpen || this.frame.wide);
    this.#root.toggleAttribute("data-chat", this.#chatOpen && LIVE.has(phase));
    show(this.#parts.side, LIVE.has(phase));
    views.lobby.update(phase, state, flow);
    views.stage.update(phase, state, banner);
    this.#root.toggleAttribute("data-problem", views.problem.update(phase, state, flow.preparing));
    this.#asked = views.prompts.update(state.prompts);
    this.#root.toggleAttribute("data-asked", this.#asked);
    views.recording.update(state.call);
    views.product.update(state.call, this.#host);
    views.chat.update(state);
    views.chat.visible = sideShown && this.frame.shown;
    views.quality.update(phase, state);
    views.after.update(phase, state.call, this.#call);
    views.toolbar.update(phase, state, { chatOpen: this.#chatOpen, unread: views.chat.unread, cameras: views.picker.cameras.length });
    this.frame.update(phase);
    this.#header(phase, state, banner);
    this.#tick();
    this.#announce(phase, state, banner);
    if (changed) this.#entered(phase);
  }

  /** With the first permission the devices get their names and their number. */
  #follow(stream) {
    if (stream === this.#stream) return;
    this.#stream = stream;
    clearTimeout(this.#following);
    if (stream) this.#following = setTimeout(() => this.#views.picker.refresh(), FOLLOW_MS);
  }

  #entered(phase) {
    this.dispatchEvent(new CustomEvent("phase", { detail: phase }));
    if (phase === "ended" && this.frame.shown) this.#views.after.focus();
  }

  #header(phase, state, banner) {
    const { heading, subtitle, dot } = this.#parts;
    const name = state.call?.staff?.name;
    heading.dataset.default ??= heading.textContent;
    setText(heading, (phase === "active" && name) || heading.dataset.default);
    dot.dataset.tone = banner ? "warn" : phase === "active" ? "good" : LIVE.has(phase) ? "busy" : "off";
    setText(subtitle, this.#texts.get(headerOf(phase, banner)));
  }

  #tick() {
    const { seconds } = this;
    show(this.#parts.elapsed, seconds !== null);
    setText(this.#parts.elapsed, seconds === null ? "" : formatDuration(seconds));
    this.#views.recording.tick(this.#call.session.serverNow());
    this.dispatchEvent(new Event("tick"));
  }

  /** One live region says what has changed, once; the visible words are not live themselves. */
  #announce(phase, state, banner) {
    const name = state.call?.staff?.name || this.#texts.get("agent");
    const words = wordsOf(phase, state, this.#call.flow, this.#texts);
    const said = {
      active: banner ? this.#texts.get(`banner.${banner}`, { name }) : this.#texts.get("phase.active.announce", { name }),
      ended: this.#views.after.title,
    }[phase] ?? spoken(words.title, words.detail);
    const { chat: { unread }, problem, recording } = this.#views;
    const all = [said, recording.announcement, problem.title, unread ? this.#texts.count("unread", unread) : ""].filter(Boolean).join(" ");
    if (all === this.#announced) return;
    this.#announced = all;
    setText(this.#parts.live, all);
  }
}

/** Two sentences for a screen reader; Chinese ends the first with its own full stop. */
function spoken(title, detail) {
  return /[\u3000-\u9fff]$/.test(title) ? `${title}。${detail}` : `${title}. ${detail}`;
}
