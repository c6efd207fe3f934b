import assert from "node:assert/strict";
import { test } from "node:test";
import { golden, load } from "./modules.mjs";

const { decode, encode, KINDS, uuid } = await load("protocol");

for (const { name, direction, message } of golden()) {
  test(`it understands the golden message ${name}`, () => {
    if (direction === "server") {
      assert.deepEqual(decode(JSON.stringify(message)), message);
    } else {
      assert.deepEqual(JSON.parse(encode(message.kind, message.body, message)), { v: 1, ...message });
    }
  });
}

for (const { name, direction, message, frame, code } of golden("bad/")) {
  if (direction === "server") {
    test(`it names what is wrong with ${name}`, () => {
      assert.throws(() => decode(frame ?? JSON.stringify(message)), { code });
    });
  } else if (message?.kind && message.v === 1) {
    test(`it does not even send ${name}`, () => {
      assert.throws(() => encode(message.kind, message.body), { code });
    });
  }
}

test("every kind has a golden message", () => {
  for (const direction of ["client", "server"]) {
    const shown = new Set(golden().filter((case_) => case_.direction === direction).map((case_) => case_.message.kind));
    assert.deepEqual([...shown].sort(), [...KINDS[direction]].sort());
  }
});

test("kinds of leaves pass as they are", () => {
  assert.equal(JSON.parse(encode("agents.accept", { offer: "x" })).body.offer, "x");
});

test("UUIDs are made without a secure context too", () => {
  const original = crypto.randomUUID;
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true, writable: true });
  try {
    assert.match(uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.notEqual(uuid(), uuid());
  } finally {
    Object.defineProperty(crypto, "randomUUID", { value: original, configurable: true, writable: true });
  }
});
