import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { FakeDevices, FakeStream } from "./fakes.mjs";
import { load, settle } from "./modules.mjs";

let LocalMedia, devices, media, tracks;

before(async () => {
  globalThis.MediaStream = FakeStream;
  ({ LocalMedia } = await load("media-devices"));
});

beforeEach(() => {
  devices = new FakeDevices();
  media = new LocalMedia({}, devices);
  tracks = [];
  media.addEventListener("track", (event) => tracks.push([event.detail.kind, event.detail.track?.deviceId ?? null]));
});

test("both are opened with one question", async () => {
  const state = await media.open();
  assert.deepEqual(devices.asked, ["audio+video"]);
  assert.deepEqual([state.camera, state.microphone, state.problem], [true, true, null]);
  assert.equal(state.stream.getTracks().length, 2);
});

for (const [name, code] of [["NotAllowedError", "denied"], ["NotReadableError", "busy"], ["OverconstrainedError", "overconstrained"], ["TypeError", "failed"]]) {
  test(`a camera with ${name} leaves the sound and is told as ${code}`, async () => {
    devices.refuse = { video: name };
    const state = await media.open();
    assert.deepEqual([state.camera, state.microphone, state.problem], [false, true, { code, kind: "camera" }]);
  });
}

test("a machine without a microphone still shows its picture", async () => {
  devices.plugged.audio = [];
  const state = await media.open();
  assert.deepEqual([state.camera, state.microphone, state.problem], [true, false, { code: "missing", kind: "microphone" }]);
});

test("with nothing at all there is text, and the reason", async () => {
  devices.refuse = { video: "NotAllowedError", audio: "NotAllowedError" };
  const state = await media.open();
  assert.deepEqual([state.stream, state.problem], [null, { code: "denied", kind: "all" }]);
});

test("a page without a secure context has no devices to ask", async () => {
  const state = await new LocalMedia({}, undefined).open();
  assert.deepEqual(state.problem, { code: "insecure", kind: "all" });
});

test("camera off lets it go, microphone off keeps it", async () => {
  await media.open();
  await media.setCamera(false);
  await media.setMicrophone(false);
  const [audio, video] = [devices.given.find((track) => track.kind === "audio"), devices.given.find((track) => track.kind === "video")];
  assert.deepEqual([video.readyState, audio.readyState, audio.enabled], ["ended", "live", false]);
  assert.deepEqual([media.state.camera, media.state.microphone], [false, false]);
  await media.setCamera(true);
  assert.equal(media.state.camera, true);
  assert.deepEqual(tracks.filter(([kind]) => kind === "video").map(([, id]) => id), ["cam-1", null, "cam-1"]);
});

test("a camera pulled out in the call gives way to the next one", async () => {
  devices.plugged.video = ["cam-1", "cam-2"];
  await media.open();
  devices.plugged.video = ["cam-2"];
  devices.given.find((track) => track.kind === "video").unplug();
  await settle();
  assert.deepEqual(media.tracks.video.deviceId, "cam-2");
  assert.equal(media.state.problem, null);
});

test("the only microphone pulled out is said, and taken back when it returns", async () => {
  await media.open();
  await media.setMicrophone(false);
  devices.plugged.audio = [];
  devices.given.find((track) => track.kind === "audio").unplug();
  await settle();
  assert.deepEqual(media.state.problem, { code: "missing", kind: "microphone" });
  devices.plugged.audio = ["mic-2"];
  devices.dispatchEvent(new Event("devicechange"));
  await settle();
  assert.equal(media.tracks.audio.deviceId, "mic-2");
  assert.equal(media.state.problem, null);
});

test("another device is used as asked; one that is gone leaves the old one on", async () => {
  devices.plugged = { audio: ["mic-1", "mic-2"], video: ["cam-1"] };
  await media.open();
  await media.useDevice("audioinput", "mic-2");
  assert.equal(media.tracks.audio.deviceId, "mic-2");
  devices.refuse = { audio: "NotReadableError" };
  await assert.rejects(media.useDevice("audioinput", "mic-1"), { code: "busy" });
  assert.deepEqual([media.tracks.audio.deviceId, media.tracks.audio.readyState], ["mic-2", "live"]);
});

test("closing while the question is still open leaves nothing on", async () => {
  const opening = media.open();
  media.close();
  await opening;
  await settle();
  assert.equal(media.state.stream, null);
  assert.ok(devices.given.every((track) => track.readyState === "ended"));
});
