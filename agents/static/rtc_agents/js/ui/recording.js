/**
 * The call's recording in the agent's hands: what the customer has answered, start, pause, resume and stop, and what goes
 * wrong with it. <rtc-desk-recording>: parts `words start start-words pause resume stop stop-words error alarms alarm`.
 *
 * Shortcut: Alt+Shift+P pauses and resumes, for the moment in which a card number is told.
 */
import { customerOf } from "./desk.js";
import { Part, define, setText, show } from "./part.js";
import { Alarms, actionsOf, isLive, recordingOf } from "./recording-state.js";

const ACTIONS = ["start", "pause", "resume", "stop"];
/** So many events back an alarm is looked for after a reload. */
const LOOK_BACK = 200;

class Recording extends Part {
  ready() {
    this.alarms = new Alarms();
    this.busy = false;
    this.wasOpen = false;
    for (const action of ACTIONS) this.on(this.part(action), "click", () => this.#ask(action));
    this.on(this.session, "rtc:event", ({ detail }) => this.alarms.add(detail) && this.#showAlarms());
    this.on(document, "keydown", (event) => this.#key(event));
  }

  update(state) {
    const { call } = state;
    const now = recordingOf(call);
    const changed = now !== this.state || call?.call !== this.call?.call;
    this.call = call;
    this.#follow(state, now);
    if (!changed) return;
    this.state = now;
    this.dataset.state = now;
    setText(this.part("words"), this.say(`state-${now}`));
    setText(this.part("start-words"), this.say(now === "refused" ? "ask-again" : "start"));
    setText(this.part("stop-words"), this.say(now === "asked" ? "take-back" : "stop"));
    show(this.part("error"), false);
    this.#buttons();
    this.#showAlarms();
  }

  /** The focus stays in the row when the button under it gives way to another. */
  #buttons() {
    const focused = ACTIONS.some((action) => this.part(action) === document.activeElement);
    const possible = actionsOf(this.state);
    for (const action of ACTIONS) show(this.part(action), possible.includes(action));
    if (focused && document.activeElement?.hidden !== false) this.part(possible[0] ?? "")?.focus();
  }

  /** After a reload or a loss the alarms are read from the log: the snapshot does not hold them. */
  #follow(state, now) {
    const open = state.connection === "open";
    const back = open && !this.wasOpen;
    this.wasOpen = open;
    const other = this.alarms.follow(isLive(now) ? state.call.recording.recording : null);
    if (open && isLive(now) && (back || other)) this.#readAlarms(state.call);
  }

  async #readAlarms({ call, seq }) {
    try {
      const { events = [] } = await this.session.send("replay", { from_seq: Math.max(0, seq - LOOK_BACK) }, { call });
      for (const event of events) this.alarms.add(event);
      this.#showAlarms();
    } catch (error) {
      this.page.report(error); // the next loss or event tries again
    }
  }

  #showAlarms() {
    const list = this.part("alarms");
    const wanted = new Map(this.alarms.standing.map((alarm) => [`${alarm.participant} ${alarm.problem}`, alarm]));
    for (const line of [...list.children]) if (!wanted.delete(line.dataset.alarm)) line.remove();
    for (const [key, alarm] of wanted) list.append(this.#alarm(key, alarm));
    show(list, list.children.length);
    this.toggleAttribute("data-alarm", list.children.length > 0);
  }

  #alarm(key, { participant, problem }) {
    const line = this.part("alarm").content.firstElementChild.cloneNode(true);
    line.dataset.alarm = key;
    const whose = this.call?.participants[participant]?.role === "staff" ? "staff" : "customer";
    const name = customerOf(this.call)?.name || this.page.customerName(this.call?.call) || this.say("customer");
    setText(line.querySelector('[data-part="alarm-words"]'), this.say(`alarm-${problem}-${whose}`, { name }, `alarm-${problem}`) || this.say("alarm"));
    return line;
  }

  #key(event) {
    if (!event.altKey || !event.shiftKey || event.code !== "KeyP" || this.closest("[hidden]")) return;
    const action = ["pause", "resume"].find((one) => actionsOf(this.state).includes(one));
    if (!action) return;
    event.preventDefault();
    this.#ask(action);
  }

  async #ask(action) {
    if (this.busy || !this.call) return;
    this.busy = true;
    this.setAttribute("aria-busy", "true");
    show(this.part("error"), false);
    try {
      await this.session.send(`recordings.${action}`, {}, { call: this.call.call });
    } catch (error) {
      setText(this.part("error"), this.say(`error-${error?.code}`) || this.page.explain(error));
      show(this.part("error"), true);
    } finally {
      this.busy = false;
      this.removeAttribute("aria-busy");
    }
  }
}

define("rtc-desk-recording", Recording);
