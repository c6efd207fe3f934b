import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { fakeSockets, fakeStorage, WELCOME } from "./fakes.mjs";
import { load, settle } from "./modules.mjs";

const { Credentials } = await load("credentials");
const { ReconnectPolicy } = await load("reconnect-policy");
const { SignallingClient } = await load("signalling-client");

const CALL = "c0a8012e-7f7b-4f9e-8f6c-3a1a5b8d2c02";
const LINE = { client_id: "c11e4700-0000-4000-8000-000000000007", body: "hi" };

let client, sockets, storage, sessions, page, seqs;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const fake = fakeSockets();
  sockets = fake.sockets;
  storage = fakeStorage();
  sessions = 0;
  seqs = {};
  page = new EventTarget();
  const openSession = async () => ({ token: `token-${++sessions}`, ws: "ws://test/ws/rtc/" });
  client = new SignallingClient({
    credentials: new Credentials(openSession, storage, "customer"),
    hello: () => ({ tab: "t", last_seq: 0, links: [], capabilities: [] }),
    seqs: () => seqs,
    policy: new ReconnectPolicy({ random: () => 1 }),
    Socket: fake.FakeSocket,
    page,
  });
});

afterEach(() => {
  client.stop();
  mock.timers.reset();
});

const newest = () => sockets.at(-1);

async function connect() {
  client.start();
  await settle();
  newest().open();
}

async function welcome(body = {}) {
  await connect();
  newest().server("welcome", { ...WELCOME, ...body });
}

/** The delay has passed and the next socket is there. */
async function reconnect(milliseconds = 8000) {
  mock.timers.tick(milliseconds);
  await settle();
  newest().open();
}

test("hello comes first with a fresh token, and a request may follow at once", async () => {
  const request = client.request("call.request", {}).catch((error) => error);
  assert.equal((await request).code, "connection_lost"); // not started yet
  client.start();
  const asked = client.request("call.request", { title: "Teapot" });
  await settle();
  newest().open();
  assert.deepEqual(newest().kinds(), ["hello", "call.request"]);
  assert.equal(newest().sent[0].body.token, "token-1");
  newest().answer("call.request", { call: CALL });
  assert.deepEqual(await asked, { call: CALL });
});

test("the resume token of the newest welcome is used after a loss", async () => {
  await welcome();
  newest().drop();
  assert.equal(client.state, "reconnecting");
  await reconnect(250);
  assert.equal(newest().sent[0].body.resume, "resume-1");
  newest().server("welcome", { ...WELCOME, resume_token: "resume-2" });
  assert.equal(client.state, "open");
  assert.equal(storage.getItem("rtc.customer.resume"), "resume-2");
  assert.equal(sessions, 1);
});

test("a refused resume token is given up for one fresh token, and that is final", async () => {
  storage.setItem("rtc.customer.resume", "old");
  storage.setItem("rtc.customer.ws", "ws://test/ws/rtc/");
  await connect();
  assert.equal(newest().sent[0].body.resume, "old");
  newest().server("error", { code: "token_refused", detail: "" });
  newest().drop(4401);
  await settle();
  newest().open();
  assert.equal(newest().sent[0].body.token, "token-1");
  newest().server("error", { code: "token_refused", detail: "spent" });
  newest().drop(4401);
  assert.equal(client.state, "refused");
  assert.equal(client.error.code, "token_refused");
  mock.timers.tick(60_000);
  await settle();
  assert.equal(sockets.length, 2);
});

for (const code of [4400, 4403, 4429]) {
  test(`close code ${code} is final`, async () => {
    await welcome();
    newest().drop(code);
    mock.timers.tick(60_000);
    await settle();
    assert.equal(client.state, "refused");
    assert.equal(sockets.length, 1);
  });
}

test("a tab that slept over its hello tries again", async () => {
  await welcome();
  newest().drop(4408);
  await reconnect();
  assert.equal(sockets.length, 2);
});

test("it keeps trying far beyond a minute, with delays up to 8 s", async () => {
  await welcome();
  for (let i = 0; i < 20; i += 1) {
    newest().drop();
    mock.timers.tick(8000);
    await settle();
  }
  assert.equal(sockets.length, 21);
  assert.equal(client.state, "reconnecting");
});

test("the network's return is not waited out", async () => {
  await welcome();
  for (let i = 0; i < 6; i += 1) {
    newest().drop();
    mock.timers.tick(8000);
    await settle();
  }
  newest().drop();
  const before = sockets.length;
  page.dispatchEvent(new Event("online"));
  await settle();
  assert.equal(sockets.length, before + 1);
});

test("a ping goes out each beat with the seqs known, and silence for two beats means dead", async () => {
  await welcome();
  seqs = { [CALL]: 7 };
  const socket = newest();
  mock.timers.tick(5000);
  assert.deepEqual(socket.sent.at(-1).body.seqs, { [CALL]: 7 });
  mock.timers.tick(5000);
  assert.equal(client.state, "open");
  mock.timers.tick(5000);
  assert.equal(client.state, "reconnecting");
  await reconnect(250);
  assert.equal(sockets.length, 2);
});

test("any word from the server is a sign of life", async () => {
  await welcome();
  for (let i = 0; i < 10; i += 1) {
    mock.timers.tick(5000);
    newest().server("pong", { t: 0, server_time: 0 });
  }
  assert.equal(client.state, "open");
});

test("a socket that only looks open after the network's return is found out in 2 s", async () => {
  await welcome();
  page.dispatchEvent(new Event("online"));
  mock.timers.tick(2000);
  assert.equal(client.state, "reconnecting");
});

test("pongs set the server's clock", async () => {
  await welcome();
  const { t } = newest().sent.find((message) => message.kind === "ping").body;
  newest().server("pong", { t, server_time: t + 90_000 });
  assert.ok(Math.abs(client.clock.offset - 90_000) < 1000);
  assert.equal(newest().kinds().filter((kind) => kind === "ping").length, 2); // the first ones follow each other at once
});

test("requests time out, and reject when the socket dies", async () => {
  await welcome();
  const slow = client.request("replay", {}, { timeout: 1000 }).catch((error) => error.code);
  mock.timers.tick(1000);
  assert.equal(await slow, "timeout");
  const cut = client.request("replay", {}).catch((error) => error.code);
  newest().drop();
  assert.equal(await cut, "connection_lost");
});

test("an error answers its request with its code and delay", async () => {
  await welcome();
  const refused = client.request("call.request", {}).catch((error) => error);
  const { id } = newest().sent.at(-1);
  newest().server("error", { code: "queue_full", detail: "full", retry_after: 60 }, { id });
  const error = await refused;
  assert.deepEqual([error.code, error.retryAfter], ["queue_full", 60]);
});

test("what must arrive is sent again after a loss, in order, until it is answered", async () => {
  await welcome();
  const first = client.deliver("chat", LINE, { call: CALL });
  const second = client.deliver("chat", { ...LINE, body: "there" }, { call: CALL });
  newest().drop();
  const third = client.deliver("chat", { ...LINE, body: "!" }, { call: CALL });
  await reconnect();
  assert.ok(!newest().kinds().includes("chat")); // not before the welcome
  newest().server("welcome", WELCOME);
  const chats = newest().sent.filter((message) => message.kind === "chat");
  assert.deepEqual(chats.map((message) => message.body.body), ["hi", "there", "!"]);
  for (const { id } of chats) newest().server("ok", { result: {} }, { id });
  await Promise.all([first, second, third]);
});

test("of messages with the same key only the last one waits", async () => {
  await welcome();
  newest().drop();
  const older = client.deliver("media", { camera: true }, { key: "media" }).catch((error) => error.code);
  void client.deliver("media", { camera: false }, { key: "media" });
  assert.equal(await older, "dropped");
  await reconnect();
  newest().server("welcome", WELCOME);
  assert.deepEqual(newest().sent.filter((message) => message.kind === "media").map((message) => message.body.camera), [false]);
});

test("a drain opens the new socket before it closes the old one", async () => {
  await welcome();
  const old = newest();
  old.server("bye", { reason: "drain" });
  await settle();
  assert.equal(sockets.length, 2);
  newest().open();
  assert.equal(old.closedWith, undefined);
  assert.equal(client.state, "open");
  newest().server("welcome", { ...WELCOME, resume_token: "resume-2" });
  assert.equal(old.closedWith, 1000);
  old.server("bye", { reason: "taken_over" });
  assert.equal(client.state, "open");
});

test("another tab has the seat until this one takes over", async () => {
  await connect();
  newest().server("error", { code: "open_elsewhere", detail: "" });
  assert.equal(client.state, "elsewhere");
  client.takeOver();
  await settle();
  newest().open();
  assert.equal(newest().sent[0].body.take_over, true);
  newest().server("welcome", WELCOME);
  assert.equal(client.state, "open");
});

test("when the seat is taken this tab rests and does not take it back", async () => {
  await welcome();
  newest().server("bye", { reason: "taken_over" });
  assert.equal(client.state, "elsewhere");
  mock.timers.tick(60_000);
  await settle();
  assert.equal(sockets.length, 1);
});

test("a revoked tab ends and forgets its token", async () => {
  await welcome();
  newest().server("bye", { reason: "revoked" });
  assert.equal(client.state, "ended");
  assert.equal(storage.getItem("rtc.customer.resume"), null);
});

test("a hello that the server could not take now is said again when it asks for it", async () => {
  await connect();
  newest().server("error", { code: "try_again", detail: "", retry_after: 3 });
  assert.equal(client.state, "reconnecting");
  mock.timers.tick(2999);
  await settle();
  assert.equal(sockets.length, 1);
  await reconnect(1);
  assert.equal(sockets.length, 2);
});

test("a broken frame is reported and hurts nobody", async () => {
  await welcome();
  const errors = [];
  client.addEventListener("error", (event) => errors.push(event.detail.code));
  newest().onmessage({ data: "<html>" });
  assert.deepEqual(errors, ["bad_json"]);
  assert.equal(client.state, "open");
});
