/** The customer's sign that the call is being recorded. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { signOf } from "../../rtc_service/static/rtc_service/js/ui/recording-sign.js";
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
