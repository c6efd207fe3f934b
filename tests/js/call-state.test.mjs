import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { advance, mergeMessages, reduce } = await load("call-state");

let seq = 0;
const event = (kind, data = {}, at = 1000) => ({ call: "c", seq: ++seq, kind, at, actor: null, data });
const tell = (...events) => events.reduce(reduce, null);

function answered() {
  seq = 0;
  return [
    event("call.requested", { page_kind: "product", subject: "product:1", title: "Teapot", language: "en", category: "", media: "video" }, 500),
    event("participant.joined", { participant: "alice", role: "customer", name: "" }),
    event("call.ringing", { number: 1 }),
    event("call.answered", { staff: { participant: "bob", name: "Bob" } }, 900),
    event("participant.joined", { participant: "bob", role: "staff", name: "Bob" }),
    event("link.opened", { link: "l", kind: "talk", generation: 1, parties: ["alice", "bob"] }),
  ];
}

test("a whole call is told by its events", () => {
  const call = tell(
    ...answered(),
    event("media", { participant: "bob", camera: true, microphone: true }),
    event("link.up", { link: "l", generation: 1 }),
    event("call.active"),
    event("message", { message: "m", participant: "alice", role: "customer", client_id: "x", body: "hi" }, 950),
    event("tickets.opened", { number: "T-1", state: "open", url: "/t" }),
  );
  assert.equal(call.state, "active");
  assert.equal(call.seq, 11);
  assert.equal(call.requested_at, 500);
  assert.equal(call.answered_at, 900);
  assert.deepEqual(call.staff, { participant: "bob", name: "Bob" });
  assert.deepEqual(call.participants.bob, { role: "staff", name: "Bob", present: true, media: { camera: true, microphone: true, screen: false } });
  assert.deepEqual(call.links.l, { kind: "talk", generation: 1, state: "up", parties: ["alice", "bob"] });
  assert.deepEqual(call.messages, [{ message: "m", participant: "alice", role: "customer", client_id: "x", body: "hi", at: 950 }]);
  assert.deepEqual(call.ticket, { number: "T-1", state: "open", url: "/t" });
});

test("back in the queue there is nobody opposite", () => {
  const call = tell(...answered(), event("call.waiting", { cause: "staff_lost" }), event("participant.left", { participant: "bob" }), event("link.closed", { link: "l", generation: 1 }));
  assert.equal(call.state, "waiting");
  assert.equal(call.staff, null);
  assert.deepEqual(Object.keys(call.participants), ["alice"]);
  assert.deepEqual(call.links, {});
});

test("an ended call keeps how it ended", () => {
  const call = tell(...answered(), event("call.ended", { reason: "hang_up", by: "customer" }, 2000), event("call.rated", { score: 4 }));
  assert.deepEqual([call.state, call.end_reason, call.ended_at, call.staff, call.rating], ["ended", "hang_up", 2000, null, 4]);
});

test("lost and back change presence only", () => {
  const lost = tell(...answered(), event("participant.lost", { participant: "alice" }));
  assert.equal(lost.participants.alice.present, false);
  assert.equal(reduce(lost, event("participant.back", { participant: "alice" })).participants.alice.present, true);
});

test("a late word about an older generation changes nothing", () => {
  const renewed = tell(...answered(), event("link.opened", { link: "l", kind: "talk", generation: 2, parties: ["alice", "bob"] }));
  const later = reduce(renewed, event("link.stale", { link: "l", generation: 1 }));
  assert.deepEqual(later.links.l, { kind: "talk", generation: 2, state: "new", parties: ["alice", "bob"] });
});

test("what one may not see, and what one does not know, still counts", () => {
  const call = tell(...answered(), event("-"), event("agents.something", { a: 1 }));
  assert.equal(call.seq, 8);
  assert.equal(call.state, "connecting");
});

test("the same event twice, another call's and events before the request change nothing", () => {
  const events = answered();
  const call = tell(...events);
  assert.equal(reduce(call, events[2]), call);
  assert.equal(reduce(call, { ...event("call.ended", { reason: "lost" }), call: "other" }), call);
  assert.equal(reduce(null, event("media", {})), null);
});

test("events apply up to a gap, in whatever order they came", () => {
  const events = answered();
  const { snapshot, applied, gap } = advance(null, [events[1], events[0], events[3]]);
  assert.deepEqual([snapshot.seq, applied.length, gap], [2, 2, true]);
  const rest = advance(snapshot, [events[3], events[2]]);
  assert.deepEqual([rest.snapshot.seq, rest.gap], [4, false]);
  assert.deepEqual(rest.applied.map((one) => one.seq), [3, 4]);
});

test("a line that came early gives way to the log's", () => {
  const line = (client_id, extra = {}) => ({ client_id, body: client_id, ...extra });
  const merged = mergeMessages([line("a", { message: "1" })], [line("a", { pending: true }), line("b", { pending: true })]);
  assert.deepEqual(merged, [line("a", { message: "1" }), line("b", { pending: true })]);
});

test("a recording is what the newest event says of it, since then", () => {
  const parties = ["alice", "bob"];
  const call = tell(...answered());
  const state = (recording, name, at, who = parties) => event("recordings.state", { recording, state: name, cause: "", parties: who }, at);
  assert.equal(call.recording, null);
  const running = reduce(reduce(call, state("r", "asked", 1000, [])), state("r", "running", 2000));
  assert.deepEqual(running.recording, { recording: "r", state: "running", since: 2000, parties });
  const paused = reduce(running, state("r", "paused", 3000));
  assert.deepEqual(paused.recording, { recording: "r", state: "paused", since: 3000, parties });
  const next = reduce(reduce(paused, state("r", "finalising", 4000)), state("s", "starting", 5000));
  assert.deepEqual(next.recording, { recording: "s", state: "starting", since: 5000, parties });
  const later = reduce(next, state("r", "ready", 6000));
  assert.deepEqual(later.recording, next.recording, "the older one's end says nothing about the newer one");
  assert.equal(later.seq, next.seq + 1);
});

test("a recorder in the call is a leg like others to the log, and nobody's opposite", () => {
  const joined = tell(...answered(), event("participant.joined", { participant: "rec", role: "recorder", name: "" }),
    event("link.opened", { link: "k", kind: "record", generation: 1, parties: ["rec", "alice"] }));
  assert.deepEqual(joined.staff, { participant: "bob", name: "Bob" });
  assert.equal(joined.links.k.kind, "record");
  const gone = reduce(reduce(joined, event("link.closed", { link: "k", generation: 1 })), event("participant.left", { participant: "rec" }));
  assert.deepEqual([Object.keys(gone.participants), Object.keys(gone.links)], [["alice", "bob"], ["l"]]);
});
