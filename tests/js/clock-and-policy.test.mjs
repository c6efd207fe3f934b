import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { latencyOfCaptureTime, latencyOfCaptureTimestamp, NTP_EPOCH_MS, ServerClock } = await load("clock");
const { ReconnectPolicy } = await load("reconnect-policy");

test("the quickest ping tells the offset", () => {
  const clock = new ServerClock();
  clock.add(1000, 1100, 6090); // slow on the way back: 40 ms off
  clock.add(2000, 2002, 7001);
  clock.add(3000, 3050, 8049);
  assert.equal(clock.offset, 5000);
  assert.equal(clock.rtt, 2);
  assert.equal(clock.toServer(10), 5010);
});

test("an old best ping is forgotten, so that a drifting clock is followed", () => {
  const clock = new ServerClock(3);
  clock.add(0, 1, 100);
  for (let i = 1; i <= 3; i += 1) clock.add(i * 10, i * 10 + 4, i * 10 + 202);
  assert.equal(clock.offset, 200);
});

test("before the first pong it knows nothing and changes nothing", () => {
  const clock = new ServerClock();
  assert.equal(clock.offset, null);
  assert.equal(clock.toServer(7), 7);
  clock.add(10, 5, 0); // a clock set back in between
  assert.equal(clock.offset, null);
});

test("latency is what lies between capture and display", () => {
  assert.equal(latencyOfCaptureTime(1050, 1000), 50);
  assert.equal(latencyOfCaptureTime(1000, 1002), 0);
  assert.equal(latencyOfCaptureTime(1000, undefined), null);
  assert.equal(latencyOfCaptureTime(1_000_000, 0), null);
});

test("two machines' clocks are brought together by their offsets to the server", () => {
  const captured = 1_790_000_000_000; // on the sender's clock, which is 300 ms behind the server's
  const shown = 1_790_000_001_340; // on ours, 1000 ms ahead
  assert.equal(latencyOfCaptureTimestamp(shown, captured + NTP_EPOCH_MS, -1000, 300), 40);
  assert.equal(latencyOfCaptureTimestamp(shown, captured + NTP_EPOCH_MS, -1000, null), null);
});

test("delays grow up to 8 s with full jitter and never give up by themselves", () => {
  const longest = new ReconnectPolicy({ random: () => 1 });
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 100].map((n) => longest.delay(n, 0)), [250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
  assert.equal(new ReconnectPolicy({ random: () => 0 }).delay(9, 0), 0);
  assert.notEqual(longest.delay(500, 24 * 3600 * 1000), null);
});

test("a policy with an end gives up then", () => {
  const policy = new ReconnectPolicy({ giveUpAfter: 60_000 });
  assert.notEqual(policy.delay(20, 59_999), null);
  assert.equal(policy.delay(20, 60_000), null);
});
