/**
 * The picture: the customer large, oneself small, and what one must know at a glance (muted, camera off, weak network,
 * how long). <rtc-desk-stage>: parts `remote self placeholder initial name waiting elapsed weak muted unmute`.
 */
import { clock, initial } from "./format.js";
import { customerOf } from "./desk.js";
import { Part, define, setText, show } from "./part.js";

class Stage extends Part {
  ready() {
    this.session.watch(this.part("remote"));
    this.on(this.part("unmute"), "click", () => this.#play());
    for (const type of ["loadeddata", "emptied", "resize"]) {
      this.on(this.part("remote"), type, () => this.#showRemote(this.session.state));
    }
    this.every(1000, () => this.#tick());
  }

  update(state) {
    const { call } = state;
    this.call = call;
    this.#attach(this.part("remote"), state.remote?.stream ?? null);
    this.#attach(this.part("self"), state.local?.stream ?? null);
    this.#showRemote(state);
    show(this.part("self-box"), Boolean(state.local?.camera && state.local.stream));
    this.#showNetwork(state);
    this.#tick();
  }

  #showRemote(state) {
    const customer = customerOf(state.call);
    const media = state.remote?.media ?? customer?.media ?? {};
    const name = state.remote?.name || customer?.name || this.page.customerName(state.call?.call) || this.say("customer");
    // A stream alone is a black field: the picture counts from its first frame.
    const seen = Boolean(state.remote?.stream) && media.camera !== false && this.part("remote").videoWidth > 0;
    this.toggleAttribute("data-seen", seen);
    setText(this.part("initial"), initial(name));
    setText(this.part("name"), name);
    show(this.part("placeholder"), !seen);
    show(this.part("muted"), Boolean(state.remote?.stream) && media.microphone === false);
    setText(this.part("waiting"), this.#words(state, customer, media));
  }

  #words(state, customer, media) {
    if (state.call?.state !== "active") return this.say("connecting");
    if (customer && customer.present === false) return this.say("away");
    return media.camera ? this.say("connecting") : this.say("camera-off");
  }

  #showNetwork(state) {
    const customer = customerOf(state.call);
    const problem = ["reconnecting", "connecting"].includes(state.connection) ? "reconnecting"
      : customer?.present === false ? "customer-lost"
        : ["stale", "failed"].includes(state.link?.state) ? "interrupted"
          : state.link?.weak ? "weak" : "";
    setText(this.part("weak-words"), problem ? this.say(problem) : "");
    show(this.part("weak"), Boolean(problem) && Boolean(state.call));
  }

  #attach(video, stream) {
    if (video.srcObject === stream) return;
    video.srcObject = stream;
    if (stream && video === this.part("remote")) this.#play();
  }

  async #play() {
    try {
      await this.part("remote").play();
      show(this.part("unmute"), false);
    } catch (error) {
      // After a refresh nobody has clicked yet, so the browser refuses sound: one button asks for that click.
      show(this.part("unmute"), error.name === "NotAllowedError");
    }
  }

  #tick() {
    const since = this.call?.answered_at;
    setText(this.part("elapsed"), since ? clock((this.page.now() - since) / 1000) : "");
  }
}

define("rtc-desk-stage", Stage);
