/** Questions to one person: asked, asked again after a reload, answered once, and gone when their time is up. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { FakeDevices, fakePeers, fakeSockets, fakeStorage, FakeStream, WELCOME } from "./fakes.mjs";
import { load, settle } from "./modules.mjs";

const CALL = "c0a8012e-7f7b-4f9e-8f6c-3a1a5b8d2c01";
const PROMPT = "c0a8012e-7f7b-4f9e-8f6c-3a1a5b8d2c0d";
const OTHER = "c0a8012e-7f7b-4f9e-8f6c-3a1a5b8d2c0e";
const UNTIL = 60_000;
const payload = { version: "1", text: "May we?", language: "en" };
const snapshot = (state = "waiting", seq = 3) => ({
  call: CALL, state, seq, requested_at: 1, answered_at: null, ended_at: null, end_reason: "", media: "video", page_kind: "", subject: "", title: "",
  language: "", staff: null, participants: {}, messages: [], links: {}, rating: null, ticket: null, recording: null,
});

let session, sockets, told;

beforeEach(async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  // The server's clock and ours begin at 0: what counts here is the time that is left.
  mock.method(performance, "now", () => -performance.timeOrigin);
  const fake = fakeSockets();
  sockets = fake.sockets;
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { mediaDevices: new FakeDevices() } });
  Object.assign(globalThis, { WebSocket: fake.FakeSocket, RTCPeerConnection: fakePeers().FakePeer, MediaStream: FakeStream });
  const { CallSession } = await load("call-session");
  const storage = fakeStorage({ "rtc.customer.resume": "resume-0", "rtc.customer.ws": "ws://test/ws/rtc/" });
  session = new CallSession({ role: "customer", openSession: async () => ({ token: "t", ws: "ws://test/ws/rtc/" }), storage });
  told = [];
  session.addEventListener("rtc:prompt", ({ detail }) => told.push(detail.prompt));
  session.start();
  await settle();
  await welcome();
});

afterEach(() => {
  session.stop();
  mock.timers.reset();
  mock.restoreAll();
});

const newest = () => sockets.at(-1);
const open = () => session.state.prompts.map(({ prompt }) => prompt);
const sent = () => newest().sent.filter(({ kind }) => kind === "prompt.answer");

async function welcome(state = "waiting") {
  newest().open();
  newest().server("welcome", { ...WELCOME, call: CALL, snapshot: snapshot(state) });
  await settle();
}

function ask(prompt = PROMPT, until = UNTIL) {
  newest().server("prompt", { prompt, kind: "recordings.consent", payload, until }, { call: CALL });
}

function event(kind, data, seq = 4) {
  newest().server("event", { call: CALL, seq, kind, at: 5, actor: null, data });
}

async function reconnect() {
  newest().drop();
  mock.timers.tick(8000);
  await settle();
  await welcome();
}

test("what is asked stands in the state until it is answered, and is said to the server once", async () => {
  ask();
  assert.deepEqual(session.state.prompts, [{ prompt: PROMPT, kind: "recordings.consent", payload, until: UNTIL, answering: false }]);
  assert.deepEqual(told, [PROMPT]);
  const answered = session.answerPrompt(PROMPT, true);
  assert.equal(await session.answerPrompt(PROMPT, false), false, "the second click of a double click");
  assert.equal(session.state.prompts[0].answering, true);
  assert.deepEqual(sent().map(({ body, call }) => [body, call]), [[{ prompt: PROMPT, accept: true, answer: {} }, CALL]]);
  newest().answer("prompt.answer");
  assert.equal(await answered, true);
  assert.deepEqual(open(), []);
});

test("the state is told when a question comes and when it goes", async () => {
  assert.deepEqual(open(), []);
  const states = [];
  session.addEventListener("rtc:state", ({ detail }) => states.push(detail.prompts.length));
  ask();
  await settle();
  event("prompt.answered", { prompt: PROMPT, kind: "recordings.consent", state: "accepted" });
  await settle();
  assert.deepEqual([states[0], states.at(-1)], [1, 0]);
});

test("answered elsewhere, withdrawn or expired: the log says so", () => {
  ask();
  ask(OTHER);
  event("prompt.answered", { prompt: PROMPT, kind: "recordings.consent", state: "withdrawn" });
  assert.deepEqual(open(), [OTHER]);
});

test("it goes when its time is up, also without a word from the server", () => {
  ask(PROMPT, 30_000);
  mock.timers.tick(29_999);
  assert.deepEqual(open(), [PROMPT]);
  mock.timers.tick(1);
  assert.deepEqual(open(), []);
});

test("one that was over on its way is not shown", () => {
  ask();
  ask(OTHER, 0);
  assert.deepEqual(open(), [PROMPT]);
  assert.deepEqual(told, [PROMPT]);
});

test("after a loss the server asks again, and it is the same question", async () => {
  ask();
  await reconnect();
  ask();
  mock.timers.tick(5000);
  assert.deepEqual(open(), [PROMPT]);
  assert.deepEqual(told, [PROMPT], "told once");
});

test("what the server does not ask again after a loss is over", async () => {
  ask();
  await reconnect();
  assert.deepEqual(open(), [PROMPT], "no flicker before the server had time to ask");
  mock.timers.tick(1000);
  assert.deepEqual(open(), []);
});

test("an answer that the loss has swallowed is said again", async () => {
  ask();
  const answered = session.answerPrompt(PROMPT, false, { why: "no" });
  await reconnect();
  ask();
  assert.equal(session.state.prompts[0].answering, true);
  assert.deepEqual(sent().map(({ body }) => body), [{ prompt: PROMPT, accept: false, answer: { why: "no" } }]);
  newest().answer("prompt.answer");
  assert.equal(await answered, true);
});

test("an answer that comes too late takes the question away; another refusal leaves it to be tried again", async () => {
  ask();
  ask(OTHER);
  const late = session.answerPrompt(PROMPT, true);
  newest().server("error", { code: "conflict" }, { id: sent()[0].id });
  assert.equal(await late, false);
  assert.deepEqual(open(), [OTHER]);
  const refused = session.answerPrompt(OTHER, true);
  newest().server("error", { code: "failed" }, { id: sent()[1].id });
  await assert.rejects(refused, { code: "failed" });
  assert.deepEqual(session.state.prompts.map(({ prompt, answering }) => [prompt, answering]), [[OTHER, false]]);
});

test("a call that is over asks nothing any more", () => {
  ask();
  event("call.ended", { reason: "hang_up", by: "customer" });
  assert.deepEqual(open(), []);
});

test("the tab that loses its seat asks nothing any more", async () => {
  ask();
  newest().server("bye", { reason: "taken_over" });
  newest().drop(4409);
  await settle();
  assert.equal(session.state.connection, "elsewhere");
  assert.deepEqual(open(), []);
});
