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

const OPEN = {
  link: "1f0c3f7e-5a4b-4f5d-9c8e-7b6a5d4c3b03", kind: "talk", generation: 1, polite: true, offer: true, profile: {},
  peer: { participant: "b0b00000-0000-4000-8000-000000000005", role: "staff", name: "Bob" },
};

let CallSession, devices, peers, sessions, sockets, storage, session;

beforeEach(async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const fake = fakeSockets();
  sockets = fake.sockets;
  peers = fakePeers();
  devices = new FakeDevices();
  storage = fakeStorage({ "rtc.customer.resume": "resume-0", "rtc.customer.ws": "ws://test/ws/rtc/" });
  sessions = 0;
  globalThis.document = { hidden: false, createElement: () => ({ style: {}, remove() {}, play: async () => {} }), addEventListener() {} };
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

test("the socket stands ahead of the click, which asks over it at once and tells its offer ahead", async () => {
  storage.removeItem("rtc.customer.resume");
  session.prepare();
  await settle();
  session.prepare();
  await settle();
  assert.equal(sockets.length, 1, "one socket, however often the pointer comes near");
  newest().open();
  newest().server("welcome", WELCOME);
  assert.equal(peers.made.length, 0, "no peer connection before the click");
  assert.equal(session.state.call, null, "an ended call is nothing to be shown");
  const asked = session.request({});
  await settle();
  assert.equal(sockets.length, 1);
  assert.equal(peers.made.length, 1);
  await peers.made[0].offerMade();
  const told = newest().sent.find(({ kind }) => kind === "link.ahead");
  assert.equal(told.body.n, 1);
  assert.ok(told.body.sdp);
  newest().answer("call.request", { call: NEW, participant: "p", snapshot: snapshot(NEW, "waiting") });
  await asked;
  newest().server("link.open", { ...OPEN, ahead: told.body.ahead }, { call: NEW });
  await settle();
  assert.equal(newest().sent.filter(({ kind }) => kind === "link.description").length, 0, "it is with the peer already");
  assert.equal(peers.made.length, 1);
});

test("an offer of another page that was relayed for us is answered by nobody: the link is made anew", async () => {
  const { asked } = await click();
  newest().server("welcome", WELCOME);
  newest().answer("call.request", { call: NEW, participant: "p", snapshot: snapshot(NEW, "waiting") });
  await asked;
  newest().server("link.open", { ...OPEN, ahead: "00000000-0000-4000-8000-000000000000" }, { call: NEW });
  await settle();
  assert.equal(newest().sent.filter(({ kind }) => kind === "link.renew").length, 1);
});

test("a click that does not come costs no standing socket", async () => {
  storage.removeItem("rtc.customer.resume");
  session.prepare();
  await settle();
  newest().open();
  newest().server("welcome", WELCOME);
  mock.timers.tick(21_000);
  assert.equal(newest().readyState, 3);
  assert.equal(session.state.connection, "offline");
});

test("ahead of the click another tab's seat is left alone, and the click is told", async () => {
  storage.removeItem("rtc.customer.resume");
  session.prepare();
  await settle();
  newest().open();
  newest().server("error", { code: "open_elsewhere", detail: "" });
  assert.equal(session.state.connection, "offline");
  session.start();
  await settle();
  newest().open();
  newest().server("error", { code: "open_elsewhere", detail: "" });
  assert.equal(session.state.connection, "elsewhere");
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
