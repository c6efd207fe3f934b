/** The customer's sign that the call is being recorded. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { RecordingSign, signOf } from "../../rtc_service/static/rtc_service/js/ui/recording-sign.js";
import { promptViews, registerPrompt } from "../../rtc_service/static/rtc_service/js/ui/prompt-views.js";

const call = (recording, state = "active") => ({ state, recording: recording && { recording: "r", state: recording, since: 1, parties: [] } });

test("the sign is there exactly while something may be recorded", () => {
  const signs = Object.fromEntries(["asked", "refused", "starting", "running", "paused", "finalising", "ready", "failed"].map((state) => [state, signOf(call(state))]));
  assert.deepEqual(signs, { asked: "", refused: "", starting: "", running: "running", paused: "paused", finalising: "", ready: "", failed: "" });
});

test("no call, no recording, and a server without recordings give no sign; an ended call neither", () => {
  for (const one of [null, call(null), { state: "active" }, call("running", "ended")]) assert.equal(signOf(one), "");
});

test("each kind of question has one view", () => {
  class View {}
  registerPrompt("tests.question", View);
  assert.deepEqual(new Map(promptViews()).get("tests.question"), View);
  assert.throws(() => registerPrompt("tests.question", View), /already/);
  assert.throws(() => registerPrompt("recordings.consent", View), /already/);
});

/** The window with the sign's parts, as far as the sign looks at them. */
function windowWith({ stop = true } = {}) {
  const node = () => {
    const attributes = new Map();
    return {
      hidden: true, dataset: {}, textContent: "", listeners: {},
      addEventListener(kind, handler) { this.listeners[kind] = handler; },
      getAttribute: (name) => attributes.get(name) ?? null, setAttribute: (name, value) => attributes.set(name, value), removeAttribute: (name) => attributes.delete(name),
    };
  };
  const parts = Object.fromEntries(["recording", "recording-words", "recording-time", ...(stop ? ["recording-stop"] : [])].map((name) => [name, node()]));
  const tree = { activeElement: null };
  const root = { querySelector: (selector) => parts[selector.match(/"(.+)"/)[1]] ?? null, getRootNode: () => tree, focus: () => { tree.activeElement = root; } };
  return { parts, root, tree };
}

function signIn({ parts, root }, answer = async () => ({ state: "finalising" })) {
  const sent = [];
  const session = { send: (...said) => { sent.push(said); return answer(); }, serverNow: () => 1_000 };
  const sign = new RecordingSign(root, session, { get: (key) => key }, new AbortController().signal);
  return { sign, sent, press: () => parts["recording-stop"].listeners.click() };
}

test("one press withdraws, nothing more is asked, and what becomes of the rest is told for a while", async () => {
  const shown = windowWith();
  const { sign, sent, press } = signIn(shown);
  const { recording, "recording-words": words, "recording-stop": stop } = shown.parts;
  sign.update({ ...call("running"), call: "c" });
  assert.deepEqual([recording.hidden, stop.hidden, words.textContent], [false, false, "recording.running"]);
  shown.tree.activeElement = stop;
  const pressing = press();
  press(); // twice at once
  await pressing;
  assert.deepEqual(sent, [["recordings.withdraw", {}, { call: "c" }]]);
  sign.update({ ...call("finalising"), call: "c" });
  assert.deepEqual([recording.hidden, stop.hidden, words.textContent], [false, true, "recording.stopped"]);
  assert.equal(sign.announcement, "recording.stopped.announce");
  assert.equal(shown.tree.activeElement, shown.root, "the keyboard stays in the window");
  sign.tick(60_000);
  assert.deepEqual([recording.hidden, sign.words], [true, ""]);
});

test("another recording of the call shows its own sign, not that the one before was stopped", async () => {
  const shown = windowWith();
  const { sign, press } = signIn(shown);
  sign.update({ ...call("running"), call: "c" });
  await press();
  const other = { ...call("asked").recording, recording: "other" };
  sign.update({ call: "c", state: "active", recording: other });
  assert.equal(sign.words, "");
  sign.update({ call: "c", state: "active", recording: { ...other, state: "running" } });
  assert.equal(sign.words, "recording.running");
});

test("what did not go through says so and can be pressed again", async () => {
  const shown = windowWith();
  let works = false;
  const { sign, sent, press } = signIn(shown, async () => { if (!works) throw new Error("no"); });
  sign.update({ ...call("paused"), call: "c" });
  await press();
  assert.equal(sign.words, "recording.failed");
  works = true;
  await press();
  assert.equal(sent.length, 2);
  assert.equal(sign.words, "recording.paused", "until the log says that it is over");
});

test("without something to withdraw by there is the sign alone", () => {
  const shown = windowWith({ stop: false });
  const { sign } = signIn(shown);
  sign.update(call("running"));
  assert.equal(shown.parts.recording.hidden, false);
});
