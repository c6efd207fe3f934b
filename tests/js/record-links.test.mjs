/** Links to a recorder: our sound and picture go there, nothing comes back, and nobody opposite sees anything of it. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { FakeStream } from "./fakes.mjs";
import { load, settle } from "./modules.mjs";

const CALL = "c0a8012e-7f7b-4f9e-8f6c-3a1a5b8d2c01";
const TALK = "c0a8012e-7f7b-4f9e-8f6c-3a1a5b8d2c0a";
const RECORD = "c0a8012e-7f7b-4f9e-8f6c-3a1a5b8d2c0b";
const BITRATE = 1_700_000;

/** A peer connection that takes an offer of two recvonly m-lines and answers it; it says what was done to it. */
class FakePeer {
  static made = [];
  closed = false;
  restarted = false;
  offers = 0;
  channels = 0;
  localDescription = null;
  remoteDescription = null;
  signalingState = "stable";
  iceConnectionState = "new";
  connectionState = "new";
  transceivers = [];
  constructor(configuration) {
    this.configuration = configuration;
    FakePeer.made.push(this);
  }
  addTransceiver(trackOrKind) {
    return this.#transceiver(trackOrKind.kind ?? trackOrKind, typeof trackOrKind === "string" ? null : trackOrKind);
  }
  #transceiver(kind, track = null) {
    const sender = {
      track, encodings: [{}], setStreams() {},
      replaceTrack: async (other) => {
        if (this.closed) throw new DOMException("closed", "InvalidStateError");
        sender.track = other;
      },
      getParameters: () => ({ encodings: sender.encodings }), setParameters: async ({ encodings }) => { sender.encodings = encodings; },
    };
    const transceiver = { kind, direction: "recvonly", sender, receiver: { track: { kind } }, asked: 0,
      getHeaderExtensionsToNegotiate: () => [], setHeaderExtensionsToNegotiate: () => { transceiver.asked += 1; } };
    this.transceivers.push(transceiver);
    return transceiver;
  }
  getTransceivers() {
    return this.transceivers;
  }
  async setRemoteDescription(description) {
    this.remoteDescription = description;
    if (description.type !== "offer") return;
    this.signalingState = "have-remote-offer";
    for (const kind of ["audio", "video"]) this.#transceiver(kind);
  }
  async setLocalDescription() {
    const type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
    this.signalingState = "stable";
    if (type === "offer") this.offers += 1;
    this.localDescription = { type, sdp: `${type} ${FakePeer.made.indexOf(this)}` };
    this.onicecandidate({ candidate: { candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host", toJSON: () => ({ candidate: "c" }) } });
  }
  async addIceCandidate() {}
  createDataChannel() {
    this.channels += 1;
    return { readyState: "open", close() {}, send() {} };
  }
  restartIce() {
    this.restarted = true;
    this.onnegotiationneeded?.();
  }
  setConfiguration() {}
  async getStats() {
    return new Map();
  }
  ice(state) {
    this.iceConnectionState = state;
    this.connectionState = state === "connected" ? "connected" : "connecting";
    this.oniceconnectionstatechange();
  }
  close() {
    this.closed = true;
  }
}

let Links, links, said, tracks;

beforeEach(async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  FakePeer.made = [];
  const video = { localName: "video", play: async () => {}, muted: false };
  Object.assign(globalThis, { RTCPeerConnection: FakePeer, MediaStream: FakeStream, document: { createElement: () => video } });
  ({ Links } = await load("links"));
  said = [];
  tracks = { audio: { kind: "audio", id: "mic" }, video: { kind: "video", id: "cam" } };
  const signalling = {
    state: "open", clock: { offset: 0, toServer: (ms) => ms }, drop() {},
    deliver: async (kind, body) => void said.push({ kind, ...body }), send: (kind, body) => said.push({ kind, ...body }),
  };
  const nothing = () => ({ audio: true, video: true }); // were it asked, it would wait for packets for ever
  links = new Links({ signalling, configuration: () => ({ iceServers: [] }), tracks: () => tracks, expected: nothing });
});

afterEach(() => {
  links.closeAll();
  mock.timers.reset();
});

function open(kind, link, generation = 1, role = kind === "record" ? "recorder" : "staff", offer = false) {
  const peer = { participant: `p-${link}-${role}`, role, name: role === "staff" ? "Bob" : "" };
  links.open({ link, kind, generation, peer, polite: kind !== "record" && offer, offer, profile: { video: { bitrate: BITRATE } } }, CALL);
  return FakePeer.made.at(-1);
}

async function offered(link, generation = 1, n = 1) {
  links.receive("link.description", { link, generation, n, type: "offer", sdp: "v=0" });
  await settle();
}

const kinds = () => said.map(({ kind }) => kind);
const states = (link) => said.filter((one) => one.kind === "link.state" && one.link === link).map(({ state }) => state);

test("a recorder's offer is answered with our sound and picture, and nothing else", async () => {
  const pc = open("record", RECORD);
  assert.equal(pc.transceivers.length, 0, "nothing is offered by ourselves");
  await offered(RECORD);
  mock.timers.tick(600);
  await settle();
  assert.deepEqual(pc.transceivers.map(({ kind, direction, sender }) => [kind, direction, sender.track?.id]), [["audio", "sendonly", "mic"], ["video", "sendonly", "cam"]]);
  assert.equal(pc.transceivers[1].sender.encodings[0].maxBitrate, BITRATE);
  assert.deepEqual([pc.channels, pc.offers], [0, 0]);
  assert.deepEqual(pc.transceivers.map(({ asked }) => asked), [0, 0], "no capture time");
  assert.deepEqual(kinds(), ["link.description"], "no candidates");
  assert.equal(said[0].type, "answer");
});

test("it is up when ICE is, waits for no packets and is not renewed", async () => {
  const pc = open("record", RECORD);
  await offered(RECORD);
  mock.timers.tick(10_000);
  assert.deepEqual(states(RECORD), [], "an offer that leads nowhere is the recorder's to mend");
  pc.ice("checking");
  pc.ice("connected");
  await settle();
  mock.timers.tick(60_000);
  await settle();
  assert.deepEqual(states(RECORD), ["up"]);
  pc.ice("disconnected");
  pc.ice("failed");
  await settle();
  links.recover();
  mock.timers.tick(60_000);
  await settle();
  assert.deepEqual(states(RECORD), ["up", "stale", "failed"]);
  assert.deepEqual([pc.restarted, pc.offers, kinds().includes("link.renew")], [false, 0, false]);
});

test("no quality is measured on it", async () => {
  const pc = open("record", RECORD);
  await offered(RECORD);
  pc.ice("connected");
  const windows = [];
  links.addEventListener("window", ({ detail }) => windows.push(detail));
  for (let second = 0; second < 20; second += 1) {
    mock.timers.tick(1000);
    await settle();
  }
  assert.deepEqual(windows, []);
});

test("a camera that comes and goes is replaced on the talk and on all record links", async () => {
  tracks = { audio: tracks.audio, video: null };
  const other = "c0a8012e-7f7b-4f9e-8f6c-3a1a5b8d2c0c";
  const peers = [open("talk", TALK), open("record", RECORD), open("record", other)];
  for (const link of [TALK, RECORD, other]) await offered(link);
  links.setTrack({ kind: "video", track: { kind: "video", id: "cam" } });
  await settle();
  assert.deepEqual(peers.map((pc) => pc.transceivers[1].sender.track?.id), ["cam", "cam", "cam"]);
  links.setTrack({ kind: "video", track: null });
  await settle();
  assert.deepEqual(peers.map((pc) => pc.transceivers[1].sender.track), [null, null, null]);
  assert.deepEqual(peers.map((pc) => pc.transceivers.map(({ direction }) => direction)), [
    ["sendrecv", "sendrecv"], ["sendonly", "sendonly"], ["sendonly", "sendonly"]]);
});

test("the talk link stays the one that is shown, whichever came first", async () => {
  open("record", RECORD);
  assert.equal(links.shown, null);
  open("talk", TALK);
  assert.equal(links.shown.open.link, TALK);
  assert.deepEqual(links.seen().map(({ link }) => link).sort(), [TALK, RECORD].sort(), "hello lists both");
});

test("the next generation takes the place at once, an older one is not heard any more", async () => {
  const first = open("record", RECORD);
  await offered(RECORD);
  first.ice("connected");
  await settle();
  const second = open("record", RECORD, 2);
  assert.equal(first.closed, true);
  await offered(RECORD, 2);
  await offered(RECORD, 1, 9);
  assert.equal(second.localDescription.type, "answer");
  assert.equal(FakePeer.made.length, 2);
  assert.deepEqual(links.seen(), [{ link: RECORD, generation: 2, n: 1 }]);
  const errors = [];
  links.addEventListener("error", ({ detail }) => errors.push(detail));
  links.setTrack({ kind: "video", track: null });
  await settle();
  assert.deepEqual(errors, [], "the old one is let go");
});

test("an offer that was prepared for the call is left alone", () => {
  links.prepare(60_000);
  const [prepared] = FakePeer.made;
  open("record", RECORD);
  assert.equal(prepared.closed, false);
  open("talk", TALK, 1, "staff", true);
  assert.equal(FakePeer.made.length, 2, "the talk link has taken it");
  assert.equal(prepared.closed, false);
});

test("an offer can be prepared while a recorder's link still stands", () => {
  open("record", RECORD);
  links.prepare(60_000);
  assert.equal(FakePeer.made.length, 2);
});

test("a closed record link says nothing more and leaves the call as it is", async () => {
  open("talk", TALK);
  const pc = open("record", RECORD);
  await offered(RECORD);
  links.close({ link: RECORD, generation: 1 });
  pc.ice("failed");
  await settle();
  assert.deepEqual(states(RECORD), []);
  assert.equal(links.shown.open.link, TALK);
});
