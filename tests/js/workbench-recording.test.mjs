/** What the workbench reads from a call about its recording: the state, what can be done, and which alarms stand. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Alarms, actionsOf, isLive, recordingOf } from "../../agents/static/rtc_agents/js/ui/recording-state.js";

const call = (state) => ({ recording: state && { recording: "r", state, since: 1, parties: [] } });
const alarm = (seq, problem, on, participant = "alice", recording = "r") => ({ kind: "recordings.alarm", seq, data: { recording, participant, problem, on } });
const standing = (alarms) => alarms.standing.map(({ problem, participant }) => `${problem} ${participant}`);

test("a call without a recording, and one that knows of none, can be recorded", () => {
  for (const one of [null, {}, call(null)]) {
    assert.equal(recordingOf(one), "none");
    assert.deepEqual(actionsOf(recordingOf(one)), ["start"]);
  }
});

test("each state offers what the server takes in it", () => {
  const offered = Object.fromEntries(["asked", "refused", "starting", "running", "paused", "finalising", "ready", "failed", "deleted"].map((state) => [state, actionsOf(recordingOf(call(state)))]));
  assert.deepEqual(offered, {
    asked: ["stop"], refused: ["start"], starting: ["pause", "stop"], running: ["pause", "stop"], paused: ["resume", "stop"],
    finalising: ["start"], ready: ["start"], failed: ["start"], deleted: ["start"],
  });
  assert.deepEqual(actionsOf("something newer"), []);
  assert.deepEqual(["asked", "starting", "running", "paused", "finalising"].filter(isLive), ["starting", "running", "paused"]);
});

test("an alarm stands until it is over", () => {
  const alarms = new Alarms();
  alarms.follow("r");
  assert.equal(alarms.add(alarm(5, "no_picture", true)), true);
  alarms.add(alarm(6, "black", true, "bob"));
  alarms.add(alarm(7, "no_recorder", true, null));
  assert.deepEqual(standing(alarms), ["no_picture alice", "black bob", "no_recorder null"]);
  alarms.add(alarm(8, "no_picture", false));
  assert.deepEqual(standing(alarms), ["black bob", "no_recorder null"]);
});

test("what is read again from the log does not bring back an alarm that is over", () => {
  const alarms = new Alarms();
  alarms.follow("r");
  alarms.add(alarm(8, "no_sound", false));
  assert.equal(alarms.add(alarm(5, "no_sound", true)), false);
  assert.equal(alarms.add(alarm(8, "no_sound", false)), false, "told twice");
  assert.deepEqual(standing(alarms), []);
});

test("alarms of another recording, and other events, say nothing", () => {
  const alarms = new Alarms();
  assert.equal(alarms.add(alarm(4, "black", true)), false, "nothing is recorded");
  alarms.follow("r");
  assert.equal(alarms.add(alarm(5, "black", true, "alice", "older")), false);
  assert.equal(alarms.add({ kind: "recordings.state", seq: 6, data: { recording: "r", state: "running" } }), false);
  alarms.add(alarm(7, "black", true));
  assert.equal(alarms.follow("r"), false);
  assert.equal(alarms.follow("s"), true);
  assert.deepEqual(standing(alarms), []);
});
