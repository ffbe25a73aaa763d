// The Model Context Protocol's own TypeScript SDK uses the tools, as editors and chat
// programs do: https://modelcontextprotocol.io
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { x402Client } from "@x402/fetch";

import { status, weal, wealJSON } from "./chain.mjs";
import { serve } from "./serve.mjs";
import { BatchSettlementWeal, Lane, publicKey } from "./weal-x402.mjs";

const { WEAL_BIN: binary, WEAL_HOME: home } = process.env;
const slow = { timeout: 120_000 };

/** connect connects a client; agree is what its person says to a form. */
const connect = async (transport, agree) => {
  const client = new Client({ name: "test", version: "1" }, { capabilities: agree ? { elicitation: {} } : {} });
  if (agree) client.setRequestHandler(ElicitRequestSchema, async ({ params }) => agree(params));
  await client.connect(transport);
  await client.listTools(); // from here on results are held against the tools' schemas
  return client;
};

const stdio = (...args) => new StdioClientTransport({ command: binary, args: ["mcp", "--home", home, ...args] });
const http = (url, key) =>
  new StreamableHTTPClientTransport(new URL(url + "/mcp"), key ? { requestInit: { headers: { Authorization: `Bearer ${key}` } } } : {});

/** call calls a tool that must not fail, and returns what it says. */
const call = async (client, name, args = {}) => {
  const result = await client.callTool({ name, arguments: args }, undefined, slow);
  assert.ok(!result.isError, JSON.stringify(result.content));
  return result.structuredContent;
};

/** refused calls a tool that must fail, and returns why. */
const refused = async (client, name, args = {}) => {
  const result = await client.callTool({ name, arguments: args }, undefined, slow);
  assert.ok(result.isError, JSON.stringify(result));
  return result.content[0].text;
};

const spent = async (client) => BigInt((await call(client, "balance")).spent[0]?.amount ?? 0);

test("a client that starts the server asks, searches, and cites with proof", async () => {
  const client = await connect(stdio());
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map((t) => t.name).sort(), ["ask", "balance", "cite", "models", "quote", "receipts", "search"]);
  assert.equal(tools.find((t) => t.name === "cite").annotations.readOnlyHint, true);
  assert.equal(tools.find((t) => t.name === "ask").annotations.readOnlyHint, false);

  const { models } = await call(client, "models");
  assert.equal(models.find((m) => m.usual).app, status.assets.find((a) => a.role === "gateway").asset);

  const before = await spent(client);
  const quote = await call(client, "quote", { question: "What is exposure?" });
  assert.equal(await spent(client), before, "a quote pays nothing");

  const answer = await call(client, "ask", { question: "What is exposure?" });
  assert.ok(answer.text.length > 20);
  assert.ok(answer.citations.every((c) => c.verified));
  assert.ok(BigInt(answer.cost.total.amount) <= BigInt(quote.most.amount));
  assert.equal((await spent(client)) - before, BigInt(answer.cost.total.amount));
  assert.equal(answer.cost.paid.reduce((sum, p) => sum + BigInt(p.amount.amount), 0n), BigInt(answer.cost.total.amount));

  const found = await call(client, "search", { query: "closing a tab", limit: 2 });
  assert.equal(found.text, "");
  assert.equal(found.citations.length, 2);

  const cited = await call(client, "cite", { answer: answer.id.slice(0, 12), passages: [1] });
  assert.equal(cited.passages.length, 1);
  assert.equal(cited.passages[0].text, answer.citations[0].text);
  assert.equal(cited.passages[0].verified, true);
  const file = join(mkdtempSync(join(tmpdir(), "weal-")), "use.json");
  writeFileSync(file, JSON.stringify(cited.use));
  assert.equal(wealJSON("receipts", "verify", file).receipt, answer.id, "the proof holds against the chain");

  const { receipts } = await call(client, "receipts", { limit: 50 });
  for (const id of answer.receipts) assert.ok(receipts.some((r) => r.id === id));
  await client.close();
});

test("what is dear is shown before it is paid", async () => {
  const question = { question: "What is a voucher?" };
  const quiet = await connect(stdio("--confirm-above", "0.000001"));
  const before = await spent(quiet);
  assert.match(await refused(quiet, "ask", question), /ask again with max_cost/);
  assert.equal(await spent(quiet), before);
  await call(quiet, "ask", { ...question, max_cost: "0.1 WEAL" });
  const named = await spent(quiet);
  assert.ok(named > before);
  await quiet.close();

  let shown = "";
  let say = { action: "decline" };
  const asked = await connect(stdio("--confirm-above", "0.000001"), (params) => {
    shown = params.message;
    return say;
  });
  assert.match(await refused(asked, "ask", question), /nothing was paid/);
  assert.match(shown, /WEAL/);
  assert.equal(await spent(asked), named);
  say = { action: "accept", content: { max_cost: "0.1" } };
  await call(asked, "ask", question);
  assert.ok((await spent(asked)) > named);
  await asked.close();
});

test("an agent's purse has limits that its owner set", async () => {
  const { tab } = wealJSON("agent", "create", "reader", "--amount", "0.1", "--per-question", "0.02", "--per-day", "0.03", "--lanes", "1");
  assert.ok(tab > 1);
  const client = await connect(stdio("--agent", "reader"));
  const start = await call(client, "balance");
  assert.equal(start.left.text, "0.1 WEAL");
  assert.equal(start.per_day.text, "0.03 WEAL");
  let last = "";
  for (let i = 0; i < 6 && !last; i++) {
    const result = await client.callTool({ name: "ask", arguments: { question: `What is exposure? (${i})` } }, undefined, slow);
    if (result.isError) last = result.content[0].text;
  }
  assert.match(last, /limit per day/);
  assert.ok((await spent(client)) <= 30_000_000_000_000_000n);
  await client.close();

  wealJSON("agent", "limits", "reader", "--per-question", "0.000001");
  const strict = await connect(stdio("--agent", "reader"));
  assert.match(await refused(strict, "ask", { question: "What is exposure?" }), /limit per question/);
  await strict.close();
});

test("over HTTP a key spends its own budget, and nobody the owner's tab", async () => {
  const url = await serve(["mcp"]);
  const owner = await connect(stdio());
  const before = await spent(owner);
  const receipts = (await call(owner, "receipts", { limit: 500 })).receipts.length;
  const { key } = wealJSON("gateway", "key", "create", "--name", `mcp-${Date.now()}`, "--budget", "0.03");
  const client = await connect(http(url, key));
  const answer = await call(client, "ask", { question: "What is exposure?" });
  assert.ok(answer.citations.every((c) => c.verified));
  const balance = await call(client, "balance");
  assert.equal(balance.spent[0].amount, answer.cost.total.amount);
  assert.match(await refused(client, "search", { query: "exposure" }), /tab of one's own/);
  assert.equal((await call(client, "cite", { answer: answer.id })).passages.length, answer.citations.length);
  let last = "";
  for (let i = 0; i < 8 && !last; i++) {
    const result = await client.callTool({ name: "ask", arguments: { question: `What is exposure? (${i})` } }, undefined, slow);
    if (result.isError) last = result.content[0].text;
  }
  assert.match(last, /may spend/);
  await client.close();

  const { key: other } = wealJSON("gateway", "key", "create", "--name", `mcp-other-${Date.now()}`, "--budget", "0.03");
  const stranger = await connect(http(url, other));
  assert.match(await refused(stranger, "cite", { answer: answer.id }), /none of yours/);
  await stranger.close();
  await assert.rejects(connect(http(url, "sk-weal-none")), /401|invalid|key/i);

  const nobody = await connect(http(url));
  const how = JSON.parse(await refused(nobody, "ask", { question: "What is exposure?" }));
  assert.equal(how.x402Version, 2, "who has no key is told how to pay by x402");
  assert.ok(how.accepts.length > 0);
  assert.match(await refused(nobody, "balance"), /API key/);
  await nobody.close();
  assert.ok((await spent(owner)) > before, "keys of the home's own tab are paid from it");
  assert.ok((await call(owner, "receipts", { limit: 500 })).receipts.length > receipts);
  await owner.close();
});

test("a caller without a key pays an answer by x402 from a lane that it alone has", async () => {
  const client = await connect(http(await serve(["mcp"])));
  const gateway = status.assets.find((a) => a.role === "gateway").asset;
  const seed = randomBytes(32).toString("hex");
  const { tab } = wealJSON("gateway", "lanes", "fund", "--app", `${gateway}`, "--amount", "1", publicKey(seed));
  const lane = new Lane({ chain: status.chain_id, lane: { tab, epoch: 0, lane: 0 }, gateway, denom: "aweal", seed });
  const network = `cosmos:${status.chain_id}`;
  const payer = new x402Client()
    .register("cosmos:*", new BatchSettlementWeal(lane))
    .setSpendControls({ allowedAssets: [{ network, asset: "aweal", maxAmountPerPayment: "1000000000000000000" }] });

  const ask = { name: "ask", arguments: { question: "What is exposure?" } };
  let result = await client.callTool(ask, undefined, slow);
  for (let round = 0; round < 3 && result.isError; round++) {
    const payment = await payer.createPaymentPayload(JSON.parse(result.content[0].text));
    result = await client.callTool({ ...ask, _meta: { "x402/payment": payment } }, undefined, slow);
  }
  assert.ok(!result.isError, JSON.stringify(result.content));
  const settled = result._meta["x402/payment-response"];
  assert.equal(settled.success, true);
  assert.equal(settled.amount, result.structuredContent.cost.total.amount, "what was signed is what it cost");
  assert.ok(result.structuredContent.citations.every((c) => c.verified));
  await client.close();
});

test("the conformance suite of the protocol passes for what is declared", async () => {
  const url = (await serve(["mcp"], "--no-key")) + "/mcp";
  for (const scenario of ["server-initialize", "ping", "tools-list", "server-sse-multiple-streams", "dns-rebinding-protection"]) {
    const said = execFileSync(
      process.execPath,
      ["--import", "./conformance.mjs", "node_modules/@modelcontextprotocol/conformance/dist/index.js", "server", "--url", url, "--scenario", scenario],
      { encoding: "utf8" },
    );
    assert.match(said, /Passed: (\d+)\/\1, 0 failed/, said);
  }
});

test("a bad listen address is refused", () => {
  assert.throws(() => weal("mcp", "--listen", "0.0.0.0:0", "--no-key"), /callers of 0\.0\.0\.0:0 may be anybody/);
});
