/** What is not a call: the queue's figures and the desk. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { Topics } = await load("topics");

const queue = (version, value) => ({ key: "agents.queue:main", version, value });

test("a customer is told of the queue, and an old version changes nothing", () => {
  const topics = new Topics();
  topics.update(queue(2, { position: 1, waiting: 1 }));
  topics.update(queue(1, { position: 3, waiting: 3 }));
  assert.deepEqual(topics.queue, { position: 1, waiting: 1 });
  assert.deepEqual(topics.desk, {}, "who has no desk gets none by it");
});

test("how many wait moves on the desk", () => {
  const topics = new Topics();
  topics.welcome({ agents: { presence: { state: "away" }, waiting: 0 } });
  topics.update(queue(1, { waiting: 2, agents: 1, free: 0 }));
  assert.deepEqual(topics.desk, { agents: { presence: { state: "away" }, waiting: 2 } });
  topics.update({ key: "agents.desk:7", version: 1, value: { presence: { state: "ready" }, waiting: 1 } });
  assert.equal(topics.desk.agents.waiting, 1);
});
