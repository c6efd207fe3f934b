/** The workbench's pure readings: which view, which call, and figures as text. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { callOf, deskOf, onCall, viewOf } from "../../agents/static/rtc_agents/js/ui/desk.js";
import { clock, grade, initial, percent, picture } from "../../agents/static/rtc_agents/js/ui/format.js";

const presence = (state) => ({ state, reason: "", since: null, until: null });
const state = (desk, call = null) => ({ desk: { agents: { presence: presence("ready"), ...desk } }, call });

test("a desk that has not come yet reads as an empty one", () => {
  assert.equal(deskOf({ desk: {} }).presence.state, "offline");
  assert.equal(deskOf({ desk: {} }).offer, null);
});

test("whoever is offline and has not started sees the start card", () => {
  const offline = state({ presence: presence("offline") });
  assert.equal(viewOf(offline, { started: false }), "start");
  assert.equal(viewOf(offline, { started: true }), "idle");
});

test("a call with staff is the call view, also before its snapshot is here", () => {
  assert.equal(viewOf(state({ call: "c1" }), { started: true }), "call");
  assert.equal(viewOf(state({}, { call: "c1", state: "active" }), { started: true }), "call");
});

test("a call that went back to the queue is no longer mine", () => {
  assert.equal(onCall(state({}, { call: "c1", state: "waiting" })), false);
});

test("the wrap-up comes when the call has ended, and keeps the panels of that call", () => {
  const after = state({ presence: presence("wrap_up"), wrap_up: { call: "c1", until: 5 } }, { call: "c1", state: "ended" });
  assert.equal(viewOf(after, { started: true }), "wrap_up");
  assert.equal(callOf(after), "c1");
  assert.equal(callOf(state({}, { call: "c1", state: "ended" })), null);
});

test("times are m:ss and h:mm:ss", () => {
  assert.equal(clock(0), "0:00");
  assert.equal(clock(65.9), "1:05");
  assert.equal(clock(3725), "1:02:05");
  assert.equal(clock(-3), "0:00");
});

test("figures that are not known are a dash", () => {
  assert.equal(percent(null), "–");
  assert.equal(picture({ height: null }), "–");
  assert.equal(percent(0.004), "0.4 %");
  assert.equal(initial(""), "?");
});

test("a quality without figures is unknown, and the worst figure decides", () => {
  assert.equal(grade(null), "unknown");
  assert.equal(grade({ loss: null }), "unknown");
  assert.equal(grade({ latency_ms: 90, loss: 0 }), "good");
  assert.equal(grade({ latency_ms: 350, loss: 0 }), "fair");
  assert.equal(grade({ latency_ms: 90, loss: 0.2 }), "poor");
});
