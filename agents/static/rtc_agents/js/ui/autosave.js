/**
 * Forms inside panels. `<form data-rtc-autosave action="…" method="post">` saves while one types: 600 ms after the last
 * key its changed fields are posted, with every hidden field (CSRF token, version). Any other post form is sent whole
 * by its own button.
 *
 * The answer: 204, or 200 with a fragment = done · 422 with a fragment = refused, it shows the errors · 409 = somebody
 * else has changed it meanwhile (keep mine, or load theirs) · anything else = not saved, tried again by itself.
 * A fragment is the panel's whole content.
 *
 * The form shows its state in `[data-rtc-save-state]` (made if absent) in the words that `say(key)` gives for
 * `saving saved not_saved retry conflict mine theirs invalid`. Event `rtc:reload` asks for the panel to be read again.
 */
import { place, postFragment } from "./fragments.js";

const QUIET_MS = 600;
const RETRY_MS = [2000, 5000, 10000, 20000];

export class Autosave extends EventTarget {
  #jobs = new Map();

  constructor(root, say) {
    super();
    this.root = root;
    this.say = say;
  }

  start(signal) {
    for (const type of ["input", "change"]) this.root.addEventListener(type, (event) => this.#changed(event), { signal });
    this.root.addEventListener("submit", (event) => this.#submitted(event), { signal });
    // Leaving with unsaved words asks first; a network that is back tries at once.
    globalThis.addEventListener("beforeunload", (event) => { if (this.#dirty().length) event.preventDefault(); }, { signal });
    globalThis.addEventListener("online", () => this.flush(), { signal });
  }

  /** Save now what waits, for example when a call ends. Resolves when all answers are in. */
  flush() {
    return Promise.all(this.#dirty().filter(isAutosave).map((form) => this.#save(form)));
  }

  #dirty() {
    for (const form of this.#jobs.keys()) if (!form.isConnected) this.#jobs.delete(form);
    return [...this.#jobs.keys()].filter((form) => form.dataset.rtcDirty !== undefined);
  }

  #job(form) {
    if (!this.#jobs.has(form)) this.#jobs.set(form, { timer: null, running: null, failures: 0 });
    return this.#jobs.get(form);
  }

  #changed({ target }) {
    const form = panelForm(target);
    if (!form || !target.name || target.type === "file") return;
    target.dataset.rtcChanged = "";
    form.dataset.rtcDirty = "";
    this.#job(form);
    if (isAutosave(form)) this.#later(form, QUIET_MS);
  }

  #submitted(event) {
    const form = panelForm(event.target);
    if (!form) return;
    event.preventDefault();
    form.dataset.rtcDirty = "";
    this.#save(form, event.submitter);
  }

  #later(form, ms) {
    const job = this.#job(form);
    clearTimeout(job.timer);
    job.timer = setTimeout(() => this.#save(form), ms);
  }

  async #save(form, submitter = null) {
    const job = this.#job(form);
    clearTimeout(job.timer);
    // One request at a time for each form: the next one needs the version that this one brings.
    while (job.running) await job.running;
    if (!form.isConnected || form.dataset.rtcDirty === undefined) return;
    job.running = this.#send(form, submitter).finally(() => { job.running = null; });
    await job.running;
  }

  async #send(form, submitter) {
    const { data, sent } = collect(form, submitter);
    showState(form, "saving", this.say("saving"));
    let answer;
    try {
      // Not form.action: a field may be called so.
      answer = await postFragment(form.getAttribute("action"), data, this.root.dataset.csrf);
    } catch {
      answer = { status: 0, html: "" };
    }
    if (answer.status === 200 || answer.status === 204) this.#done(form, sent, answer.html);
    else if (answer.status === 422 || answer.status === 400) this.#refused(form, sent, answer.html);
    else if (answer.status === 409) this.#conflict(form, answer.html);
    else this.#failed(form, answer.status);
  }

  #done(form, sent, html) {
    this.#job(form).failures = 0;
    settle(form, sent);
    if (!isAutosave(form)) form.reset();
    this.#place(form, html);
    const more = form.dataset.rtcDirty !== undefined;
    showState(form, more ? "saving" : "saved", this.say(more ? "saving" : "saved"));
    if (more && isAutosave(form)) this.#later(form, QUIET_MS);
  }

  /** The server has read it and said no: trying again with the same words would not help. */
  #refused(form, sent, html) {
    this.#place(form, html);
    settle(form, sent);
    showState(form, "invalid", this.say("invalid"));
  }

  /** The fragment brings the other's version; my changed fields stay as they are until I choose. */
  #conflict(form, html) {
    this.#place(form, html);
    const state = showState(form, "conflict", this.say("conflict"));
    state.append(" ", link(this.say("mine"), () => this.#save(form)), " ", link(this.say("theirs"), () => this.#giveUp(form)));
  }

  #failed(form, status) {
    const job = this.#job(form);
    const state = showState(form, "not_saved", this.say("not_saved"));
    state.append(" ", link(this.say("retry"), () => this.#save(form)));
    // Refused for good (logged out, not mine any more): only a person can mend that.
    if (isAutosave(form) && ![401, 403, 404].includes(status)) {
      this.#later(form, RETRY_MS[Math.min(job.failures, RETRY_MS.length - 1)]);
    }
    job.failures += 1;
  }

  #giveUp(form) {
    document.activeElement?.blur();
    settle(form, [...form.elements].map((field) => [field, valueOf(field)]));
    showState(form, "saved", "");
    this.dispatchEvent(new CustomEvent("rtc:reload", { detail: { form } }));
  }

  #place(form, html) {
    const panel = form.closest("[data-rtc-panel-body]");
    // The panel may have gone to the next call while the answer travelled.
    if (html && panel) place(panel, html);
  }
}

function panelForm(element) {
  const form = element.closest?.("form");
  return form?.closest("[data-rtc-panel-body]") && form.getAttribute("method")?.toLowerCase() === "post" ? form : null;
}

function isAutosave(form) {
  return form.dataset.rtcAutosave !== undefined;
}

/** What to post, and the changed fields with the values that go out: `{data, sent: [[field, value]]}`. */
function collect(form, submitter) {
  const data = new FormData(form, submitter);
  const sent = [];
  for (const field of form.elements) {
    if (!field.name || field === submitter) continue;
    if (field.dataset.rtcChanged !== undefined) {
      sent.push([field, valueOf(field)]);
      // FormData leaves an unticked box out, which would read as "unchanged".
      if (field.type === "checkbox" && !field.checked && isAutosave(form)) data.set(field.name, "");
    } else if (isAutosave(form) && field.type !== "hidden" && !changedTwin(form, field)) {
      data.delete(field.name);
    }
  }
  return { data, sent };
}

/** Of radio buttons with one name only the ticked one is marked. */
function changedTwin(form, field) {
  const name = CSS.escape(field.name);
  return field.type === "radio" && form.querySelector(`[name="${name}"][data-rtc-changed]`) !== null;
}

function valueOf(field) {
  return field.type === "checkbox" || field.type === "radio" ? field.checked : field.value;
}

/** Unmark the fields that still hold what was sent; what was typed meanwhile stays marked. */
function settle(form, sent) {
  for (const [field, value] of sent) if (valueOf(field) === value) delete field.dataset.rtcChanged;
  if (!form.querySelector("[data-rtc-changed]")) delete form.dataset.rtcDirty;
}

function showState(form, name, words) {
  let state = form.querySelector("[data-rtc-save-state]");
  if (!state) {
    state = document.createElement("p");
    state.dataset.rtcSaveState = "";
    state.dataset.rtcKeep = "";
    state.setAttribute("role", "status");
    form.append(state);
  }
  state.className = `rtc-save-state rtc-save-${name}`;
  state.replaceChildren(words);
  return state;
}

function link(words, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "rtc-link";
  button.textContent = words;
  button.addEventListener("click", act);
  return button;
}
