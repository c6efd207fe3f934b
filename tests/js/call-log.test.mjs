import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { load, settle } from "./modules.mjs";

const { CallLog } = await load("call-log");

let log, server, asked, events, messages;

const row = (seq, kind, data = {}, call = "c") => ({ call, seq, kind, at: seq, actor: null, data });
const line = (client_id, extra = {}) => ({ message: null, participant: "p", role: "customer", client_id, body: client_id, at: 0, ...extra });

beforeEach(() => {
  server = [row(1, "call.requested", { media: "video" }), row(2, "participant.joined", { participant: "p", role: "customer", name: "" }), row(3, "call.ringing"), row(4, "call.waiting")];
  asked = [];
  log = new CallLog(async (call, fromSeq) => {
    asked.push(fromSeq);
    return { call, events: server.filter((event) => event.seq > fromSeq), snapshot: null };
  });
  events = [];
  messages = [];
  log.addEventListener("event", (event) => events.push(event.detail.seq));
  log.addEventListener("message", (event) => messages.push(event.detail.body));
});

test("a gap is read again, and every event is told once and in order", async () => {
  log.onEvent(server[0]);
  log.onEvent(server[2]);
  log.onEvent(server[3]);
  await settle();
  log.onEvent(server[1]);
  assert.deepEqual(asked, [1]);
  assert.deepEqual(events, [1, 2, 3, 4]);
  assert.equal(log.snapshot.state, "waiting");
});

test("a call that it has never heard of is read from the start", async () => {
  log.welcome("c", null);
  await settle();
  assert.deepEqual(asked, [0]);
  assert.equal(log.snapshot.seq, 4);
});

test("a fresh snapshot replaces what was known", () => {
  log.onEvent(server[0]);
  log.onRows({ call: "c", events: [], snapshot: { ...log.snapshot, seq: 40, state: "active" } });
  assert.deepEqual([log.snapshot.seq, log.snapshot.state], [40, "active"]);
});

test("another call's events are nobody's business while this one is open", () => {
  log.onEvent(server[0]);
  log.onEvent(row(1, "call.requested", {}, "other"));
  assert.equal(log.snapshot.call, "c");
});

test("a line is shown early, told once, and takes its place when the log has it", () => {
  log.onEvent(server[0]);
  log.addEarly(line("x", { pending: true }));
  log.addEarly(line("x"));
  assert.deepEqual(log.view.messages.map((one) => one.pending), [true]);
  log.onEvent(row(2, "message", { message: "m", participant: "p", role: "customer", client_id: "x", body: "x" }));
  log.addEarly(line("x")); // by the data channel, later than by the log
  assert.deepEqual(log.view.messages.map((one) => one.message), ["m"]);
  assert.deepEqual(messages, ["x"]);
});

test("the view is the same object until something changes", () => {
  log.onEvent(server[0]);
  const { view } = log;
  assert.equal(log.view, view);
  log.onEvent(server[1]);
  assert.notEqual(log.view, view);
});

test("a call that ended while we were away is not shown as open", async () => {
  log.onEvent(server[0]);
  server.push(row(5, "call.ended", { reason: "hang_up" }));
  log.welcome(null, null);
  await settle();
  assert.deepEqual([log.snapshot.state, log.snapshot.end_reason], ["ended", "hang_up"]);
});

test("when its end may not be read any more it is lost", async () => {
  const deaf = new CallLog(() => Promise.reject(new Error("not_yours")));
  deaf.onEvent(row(1, "call.requested"));
  deaf.welcome(null, null);
  await settle();
  assert.deepEqual([deaf.snapshot.state, deaf.snapshot.end_reason], ["ended", "lost"]);
});
