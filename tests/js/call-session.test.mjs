/** One tab's session: what a welcome may take away, what is made ahead, and what the page is told. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { FakeDevices, fakePeers, fakeSockets, fakeStorage, FakeStream, WELCOME } from "./fakes.mjs";
import { load, next, settle } from "./modules.mjs";

const OLD = "c0a8012e-7f7b-4f9e-8f6c-3a1a5b8d2c02";
const NEW = "c0a8012e-7f7b-4f9e-8f6c-3a1a5b8d2c03";
const snapshot = (call, state) => ({
  call, state, seq: 3, requested_at: 1, answered_at: null, ended_at: null, end_reason: "", media: "video", page_kind: "", subject: "", title: "",
  language: "", staff: null, participants: {}, messages: [], links: {}, rating: null, ticket: null,
});

let CallSession, devices, peers, sessions, sockets, storage, session;

beforeEach(async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const fake = fakeSockets();
  sockets = fake.sockets;
  peers = fakePeers();
  devices = new FakeDevices();
  storage = fakeStorage({ "rtc.customer.resume": "resume-0", "rtc.customer.ws": "ws://test/ws/rtc/" });
  sessions = 0;
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { mediaDevices: devices } });
  Object.assign(globalThis, { WebSocket: fake.FakeSocket, RTCPeerConnection: peers.FakePeer, MediaStream: FakeStream });
  ({ CallSession } = await load("call-session"));
  session = make();
});

afterEach(() => {
  session.stop();
  mock.timers.reset();
});

function make() {
  const openSession = async () => ({ token: `token-${++sessions}`, ws: "ws://test/ws/rtc/" });
  return new CallSession({ role: "customer", openSession, storage });
}

const newest = () => sockets.at(-1);

/** The click: devices and request go off side by side. */
async function click() {
  session.start();
  const media = session.openMedia();
  const asked = session.request({ media: "video" });
  asked.catch(() => {}); // a test that stops the session leaves it unanswered
  await settle();
  newest().open();
  await media;
  return { asked };
}

test("a call that had ended before takes neither camera nor microphone from the next one", async () => {
  const { asked } = await click();
  newest().server("welcome", { ...WELCOME, call: OLD, snapshot: snapshot(OLD, "ended") });
  await settle();
  assert.equal(session.state.call, null, "the old call is no news while a new one is asked for");
  newest().answer("call.request", { call: NEW, participant: "p", snapshot: snapshot(NEW, "waiting") });
  await asked;
  assert.equal(session.state.call.call, NEW);
  assert.deepEqual(devices.given.map((track) => track.readyState), ["live", "live"]);
  assert.equal(session.state.local.camera, true);
});

test("a reload shows the call that has ended, for its rating", async () => {
  session.start();
  await settle();
  newest().open();
  newest().server("welcome", { ...WELCOME, call: OLD, snapshot: snapshot(OLD, "ended") });
  assert.equal(session.state.call.state, "ended");
});

test("the light goes out when the call that this tab was in has ended while it was away", async () => {
  const { asked } = await click();
  newest().server("welcome", WELCOME);
  newest().answer("call.request", { call: NEW, participant: "p", snapshot: snapshot(NEW, "active") });
  await asked;
  newest().drop();
  mock.timers.tick(8000);
  await settle();
  newest().open();
  newest().server("welcome", { ...WELCOME, call: NEW, snapshot: snapshot(NEW, "ended") });
  assert.deepEqual(devices.given.map((track) => track.readyState), ["ended", "ended"]);
});

test("the offer is made while the request is on its way, and given up when nobody is rung for long", async () => {
  const { asked } = await click();
  newest().server("welcome", WELCOME);
  assert.equal(peers.made.length, 1);
  assert.deepEqual(peers.made[0].kinds, ["audio", "video"], "sound before picture");
  newest().answer("call.request", { call: NEW, participant: "p", snapshot: snapshot(NEW, "waiting") });
  await asked;
  mock.timers.tick(11_000);
  assert.equal(peers.made[0].closed, true);
  newest().server("event", { call: NEW, seq: 4, kind: "call.ringing", at: 5, actor: null, data: { number: 1 } });
  assert.equal(peers.made.length, 2, "made anew for the ring");
});

test("a token that was fetched ahead opens the socket within the click, and is used once", async () => {
  storage.removeItem("rtc.customer.resume");
  session.prepare();
  session.prepare();
  await settle();
  session.prepare();
  assert.equal(sessions, 1, "one in stock");
  assert.equal(sockets.length, 0, "nothing is connected before the click");
  session.start();
  assert.equal(sockets.length, 1);
  newest().open();
  assert.equal(newest().sent[0].body.token, "token-1");
});

test("a token that has lain for too long is fetched anew", async (context) => {
  storage.removeItem("rtc.customer.resume");
  const clock = context.mock.method(performance, "now", () => 1000);
  session.prepare();
  await settle();
  clock.mock.mockImplementation(() => 47_000);
  session.start();
  await settle();
  newest().open();
  assert.equal(newest().sent[0].body.token, "token-2");
});

test("the page is told of every topic", async () => {
  session.start();
  await settle();
  newest().open();
  newest().server("welcome", WELCOME);
  const told = next(session, "rtc:topic");
  newest().server("topic", { key: "commerce.product:SKU-1", version: 2, value: { price: "9.00" } });
  assert.deepEqual(await told, { key: "commerce.product:SKU-1", version: 2, value: { price: "9.00" } });
});
