/**
 * An offered call: who, what about, how long they have waited, and a ring that runs out. Enter accepts.
 *
 * <rtc-desk-offer> holds a <dialog> (parts `dialog customer tier title language media waited seconds arc accept
 * decline error`) and a live region `live`. The server owns the time limit; the ring on the screen only shows it.
 */
import { clock, initial } from "./format.js";
import { deskOf, onCall } from "./desk.js";
import { languageName } from "./language.js";
import { Part, define, setText, show } from "./part.js";

const ORDINARY = new Set(["", "standard"]);
const CIRCLE = 2 * Math.PI * 52;

class Offer extends Part {
  ready() {
    this.offer = null;
    this.on(this.part("accept"), "click", () => this.#accept());
    for (const button of this.parts("decline")) {
      this.on(button, "click", () => this.#answer("agents.decline", { offer: this.offer.offer, reason: button.dataset.reason }));
    }
    this.on(this.part("dialog"), "cancel", (event) => event.preventDefault());
    this.on(this.part("dialog"), "keydown", (event) => {
      if (event.key !== "Enter" || event.target.closest("button")) return;
      event.preventDefault();
      this.#accept();
    });
    this.every(250, () => this.#tick());
  }

  update(state) {
    const offer = onCall(state) ? null : deskOf(state).offer;
    if (offer?.offer === this.offer?.offer) return;
    if (offer) this.#open(offer);
    else this.#close();
  }

  #open(offer) {
    this.offer = offer;
    this.seen = this.page.now();
    this.page.rememberCustomer(offer);
    if (this.page.autoAccept) return void this.#accept(); // nobody is there to be rung
    this.#fill(offer);
    show(this.part("error"), false);
    this.#enable(true);
    const dialog = this.part("dialog");
    if (!dialog.open) dialog.showModal();
    this.part("accept").focus();
    setText(this.part("live"), this.say("announce", { name: offer.customer || this.say("guest"), title: offer.title || this.#subject(offer) }));
    this.page.ring.start();
    this.page.attention.start(this.say("incoming", { name: offer.customer || this.say("guest") }), offer.title ?? "", `rtc-offer-${offer.offer}`);
    this.#tick();
  }

  #close() {
    this.offer = null;
    this.page.ring.stop();
    this.page.attention.stop();
    if (this.part("dialog").open) this.part("dialog").close();
    setText(this.part("live"), "");
  }

  #fill(offer) {
    setText(this.part("initial"), initial(offer.customer));
    setText(this.part("customer"), offer.customer || this.say("guest"));
    setText(this.part("tier"), this.say(`tier-${offer.tier}`) || offer.tier);
    this.part("tier").dataset.tier = offer.tier;
    show(this.part("tier"), !ORDINARY.has(offer.tier));
    setText(this.part("title"), offer.title || this.#subject(offer));
    setText(this.part("kind"), this.say(`kind-${offer.page_kind}`) || offer.page_kind || "–");
    setText(this.part("language"), this.say(`language-${(offer.language ?? "").toLowerCase()}`) || languageName(offer.language) || "–");
    setText(this.part("media"), this.say(`media-${offer.media}`) || offer.media || "–");
  }

  #subject(offer) {
    return offer.subject || this.say("no-subject");
  }

  #tick() {
    if (!this.offer) return;
    const { until, seconds, waited } = this.offer;
    const left = Math.min(seconds, Math.max(0, (until - this.page.now()) / 1000));
    setText(this.part("seconds"), Math.ceil(left));
    this.part("arc").setAttribute("stroke-dashoffset", String(CIRCLE * (1 - left / seconds)));
    this.part("arc").classList.toggle("rtc-late", left <= 5);
    setText(this.part("waited"), clock((waited ?? 0) + (this.page.now() - this.seen) / 1000));
  }

  async #accept() {
    const { offer } = this;
    if (!offer || this.answering) return;
    // The camera opens while the answer travels: neither waits for the other.
    const media = this.page.openMedia();
    await this.#answer("agents.accept", { offer: offer.offer });
    await media;
  }

  async #answer(kind, body) {
    if (!this.offer || this.answering) return;
    this.answering = true;
    this.#enable(false);
    this.page.ring.stop();
    try {
      await this.session.send(kind, body);
    } catch (error) {
      setText(this.part("error"), this.page.explain(error));
      show(this.part("error"), true);
      this.#enable(true);
    } finally {
      this.answering = false;
    }
  }

  #enable(on) {
    for (const button of this.part("dialog").querySelectorAll("button")) button.disabled = !on;
  }
}

define("rtc-desk-offer", Offer);
