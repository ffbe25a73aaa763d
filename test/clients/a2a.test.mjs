// The Agent2Agent protocol's own JavaScript SDK asks as another agent would:
// https://a2a-protocol.org
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { Role, TaskState } from "@a2a-js/sdk";
import { ClientFactory, ClientFactoryOptions, JsonRpcTransportFactory } from "@a2a-js/sdk/client";

import { status, wealJSON } from "./chain.mjs";
import { serve } from "./serve.mjs";

const text = (value) => ({ content: { $case: "text", value }, filename: "", mediaType: "", metadata: undefined });
const data = (value) => ({ content: { $case: "data", value }, filename: "", mediaType: "application/json", metadata: undefined });

/** message is what is sent, for a task if one is given. */
const message = (parts, task = {}) => ({
  tenant: "",
  configuration: undefined,
  metadata: undefined,
  message: {
    messageId: randomUUID(),
    role: Role.ROLE_USER,
    parts: [].concat(parts),
    contextId: task.contextId ?? "",
    taskId: task.id ?? "",
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  },
});

const words = (artifact) => artifact.parts.map((p) => (p.content.$case === "text" ? p.content.value : "")).join("");

/** hasReceipts waits until the owner has receipts: another process sees them within half a second. */
const hasReceipts = async (ids) => {
  for (let tries = 0; ; tries++) {
    const listed = wealJSON("receipts", "--limit", "100");
    if (ids.every((id) => listed.some((r) => r.id === id))) return;
    assert.ok(tries < 50, "the owner has the receipts");
    await new Promise((done) => setTimeout(done, 100));
  }
};

/** connect makes a client from the agent's card; with a key, it sends it. */
const connect = (url, key) => {
  const withKey = (input, init = {}) => {
    const headers = new Headers(init.headers);
    if (key) headers.set("Authorization", `Bearer ${key}`);
    return fetch(input, { ...init, headers });
  };
  const transports = [new JsonRpcTransportFactory({ fetchImpl: withKey })];
  return new ClientFactory(ClientFactoryOptions.createFrom(ClientFactoryOptions.default, { transports })).createFromUrl(url);
};

test("a question is a task that ends with the answer, its citations and its cost", async () => {
  const url = await serve(["a2a"], "--no-key");
  const client = await connect(url);
  const task = await client.sendMessage(message(text("What is exposure?")));
  assert.equal(task.status.state, TaskState.TASK_STATE_COMPLETED);
  assert.ok(words(task.artifacts[0]).length > 20);
  const { citations } = task.artifacts[1].parts[0].content.value;
  assert.ok(citations.length > 0 && citations.every((c) => c.verified));
  const { cost, receipts } = task.metadata.weal;
  await hasReceipts(receipts);
  assert.ok(BigInt(cost.total.amount) > 0n);
  const again = await client.getTask({ id: task.id, tenant: "" });
  assert.equal(words(again.artifacts[0]), words(task.artifacts[0]));

  const states = [];
  let streamed = "";
  for await (const { payload } of client.sendMessageStream(message(text("What is a voucher?")))) {
    if (payload.$case === "task" || payload.$case === "statusUpdate") states.push(payload.value.status.state);
    if (payload.$case === "artifactUpdate") streamed += words(payload.value.artifact);
  }
  assert.equal(states.at(-1), TaskState.TASK_STATE_COMPLETED);
  assert.ok(streamed.length > 20);
});

test("a dear task awaits its caller, and a cancelled one pays nothing", async () => {
  const url = await serve(["a2a"], "--no-key", "--confirm-above", "0.000001");
  const client = await connect(url);
  const task = await client.sendMessage(message(text("What is exposure?")));
  assert.equal(task.status.state, TaskState.TASK_STATE_INPUT_REQUIRED);
  const { most } = task.status.message.metadata["weal.quote"];
  assert.ok(BigInt(most.amount) > 0n);
  const done = await client.sendMessage(message(text("yes"), task));
  assert.equal(done.id, task.id);
  assert.equal(done.status.state, TaskState.TASK_STATE_COMPLETED);
  assert.ok(BigInt(done.metadata.weal.cost.total.amount) <= BigInt(most.amount));

  const other = await client.sendMessage(message(data({ question: "What is a tab?" })));
  const ended = await client.cancelTask({ id: other.id, tenant: "", metadata: undefined });
  assert.equal(ended.status.state, TaskState.TASK_STATE_CANCELED);
});

test("a caller spends its key's budget, sees its own tasks, and else pays by x402", async () => {
  const url = await serve(["a2a"]);
  const { key } = wealJSON("gateway", "key", "create", "--name", `a2a-${Date.now()}`, "--budget", "0.1");
  const { key: other } = wealJSON("gateway", "key", "create", "--name", `a2a-other-${Date.now()}`, "--budget", "0.1");
  const client = await connect(url, key);
  const task = await client.sendMessage(message(text("What is exposure?")));
  assert.equal(task.status.state, TaskState.TASK_STATE_COMPLETED);
  const stranger = await connect(url, other);
  await assert.rejects(stranger.getTask({ id: task.id, tenant: "" }), /not found/i);

  const gateway = status.assets.find((a) => a.role === "gateway").url;
  const stands = await (await fetch(gateway + "/weal/v1/key", { headers: { Authorization: `Bearer ${key}` } })).json();
  assert.equal(stands.spent, task.metadata.weal.cost.total.amount);

  const nobody = await (await connect(url)).sendMessage(message(text("What is exposure?")));
  assert.equal(nobody.status.state, TaskState.TASK_STATE_INPUT_REQUIRED);
  assert.equal(nobody.status.message.metadata["x402.payment.status"], "payment-required");
  assert.equal(nobody.status.message.metadata["x402.payment.required"].x402Version, 2);
  const denied = await fetch(url + "/a2a", { method: "POST", headers: { Authorization: "Bearer sk-weal-none" }, body: "{}" });
  assert.equal(denied.status, 401);
});
