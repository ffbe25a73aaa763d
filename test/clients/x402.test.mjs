// A client of the public x402 packages pays for real answers: https://x402.org
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";

import { decodePaymentRequiredHeader, encodePaymentRequiredHeader } from "@x402/core/http";
import { createPermit2ApprovalTx, ExactEvmScheme } from "@x402/evm/exact/client";
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from "@x402/fetch";

import { createPublicClient, createWalletClient, defineChain, http } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

import { eip3085, status, weal, wealJSON } from "./chain.mjs";
import { BatchSettlementWeal, Lane, publicKey } from "./weal-x402.mjs";

const [gateway, model, vault] = ["gateway", "model", "vault"].map((role) => status.assets.find((a) => a.role === role));
const network = `cosmos:${status.chain_id}`;

/** funded opens a tab with a lane to an asset, whose key nobody else has. */
const funded = ({ asset }) => {
  const seed = randomBytes(32).toString("hex");
  const { tab } = wealJSON("gateway", "lanes", "fund", "--app", `${asset}`, "--amount", "10", publicKey(seed));
  return new Lane({ chain: status.chain_id, lane: { tab, epoch: 0, lane: 0 }, gateway: asset, denom: "aweal", seed });
};
const lane = funded(gateway);
const modelLane = funded(model); // a lane to an asset that sells without a gateway
const question = (more = {}) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ model: "weal", messages: [{ role: "user", content: "What is exposure?" }], ...more }),
});

/** payer is a fetch that pays from a lane, up to a limit for each payment. */
const payer = (from, most = "1000000000000000000", sends = fetch) => {
  const client = new x402Client()
    .register("cosmos:*", new BatchSettlementWeal(from))
    .setSpendControls({ allowedAssets: [{ network, asset: from.denom, maxAmountPerPayment: most }] });
  return wrapFetchWithPayment(sends, client);
};

const settlement = (response) => decodePaymentResponseHeader(response.headers.get("PAYMENT-RESPONSE"));
const promised = (from) => Object.values(from.state.leaves).reduce((sum, l) => sum + BigInt(l.amount), 0n);

test("an answer of the gateway is paid by naming the lane, and then at once", async () => {
  const before = promised(lane);
  const response = await payer(lane)(gateway.url + "/v1/chat/completions", question());
  const said = await response.text();
  assert.equal(response.status, 200, said);
  const answer = JSON.parse(said);
  assert.equal(answer.object, "chat.completion");
  assert.ok(answer.choices[0].message.content.length > 20, said);
  assert.ok(answer.choices[0].message.annotations.length > 0);
  assert.ok(answer.weal.citations.length > 0);

  const taken = settlement(response);
  assert.equal(taken.success, true);
  assert.equal(taken.network, network);
  assert.match(taken.transaction, /^[0-9a-f]{64}$/);
  assert.equal(BigInt(taken.amount), promised(lane) - before);
  const charged = answer.weal.charges.reduce((sum, c) => sum + BigInt(c.amount), 0n);
  assert.equal(charged, BigInt(taken.amount), "everyone was paid exactly what was signed");
  assert.deepEqual(new Set(answer.weal.charges.map((c) => c.kind)), new Set(["data", "model", "app"]));
});

test("the header Weal-Lane saves a round", async () => {
  let rounds = 0;
  const named = (input, init) => {
    rounds++;
    const request = new Request(input, init);
    if (!request.headers.has("PAYMENT-SIGNATURE")) {
      request.headers.set("Weal-Lane", `${Object.values(lane.lane).join("/")} ${lane.next}`);
    }
    return fetch(request);
  };
  const response = await payer(lane, undefined, named)(gateway.url + "/v1/chat/completions", question({ stream: true }));
  const said = await response.text();
  assert.equal(response.status, 200, said);
  assert.equal(rounds, 2);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const events = said.split("\n\n").filter((e) => e.startsWith("data: {")).map((e) => JSON.parse(e.slice(6)));
  assert.ok(events[0].weal.citations.length > 0, "passages come first");
  assert.equal(events.at(-1).choices[0].finish_reason, "stop");
});

test("one payment is served once, and never for another body", async () => {
  let sent;
  const listening = (input, init) => {
    const request = new Request(input, init);
    sent = request.headers.get("PAYMENT-SIGNATURE") ?? sent;
    return fetch(request);
  };
  const first = await payer(lane, undefined, listening)(gateway.url + "/v1/chat/completions", question());
  const answer = await first.json();
  const again = (body) =>
    fetch(gateway.url + "/v1/chat/completions", { ...body, headers: { "PAYMENT-SIGNATURE": sent } });

  const same = await (await again(question())).json();
  assert.deepEqual(same.weal.receipts, answer.weal.receipts, "the same answer, not another");
  assert.equal(same.choices[0].message.content, answer.choices[0].message.content);

  const other = await again(question({ max_tokens: 500 }));
  assert.equal(other.status, 402);
  const required = decodePaymentRequiredHeader(other.headers.get("PAYMENT-REQUIRED"));
  assert.equal(required.error, "wrong_body");
  assert.ok(required.accepts.length > 0, "it says again how to pay");
});

test("a payer signs no more than its limit", async () => {
  const seq = lane.state.seq;
  await assert.rejects(payer(lane, "1000")(gateway.url + "/v1/chat/completions", question()), /spendControls|spend|maxAmount/i);
  assert.equal(lane.state.seq, seq);
});

test("a gateway that quotes more than it said is not paid", async () => {
  const seq = lane.state.seq;
  const says = async (input, init) => {
    const request = new Request(input, init);
    const response = await fetch(request);
    if (request.headers.has("PAYMENT-SIGNATURE")) {
      return response;
    }
    const required = decodePaymentRequiredHeader(response.headers.get("PAYMENT-REQUIRED"));
    required.accepts[0].amount = "1000"; // and quotes its true price afterwards
    return new Response(await response.text(), { status: 402, headers: { "PAYMENT-REQUIRED": encodePaymentRequiredHeader(required) } });
  };
  await assert.rejects(payer(lane, undefined, says)(gateway.url + "/v1/chat/completions", question()), /agreed was to 1000/);
  assert.equal(lane.state.seq, seq);
});

test("what is refused costs no promise", async () => {
  const before = promised(lane);
  const spoils = (input, init) => {
    const request = new Request(input, init);
    return fetch(request.headers.has("PAYMENT-SIGNATURE") && lane.state.seq > seq ? new Request(request, { body: question({ user: "another" }).body }) : request);
  };
  const seq = lane.state.seq;
  const response = await payer(lane, undefined, spoils)(gateway.url + "/v1/chat/completions", question());
  assert.equal(response.status, 402);
  assert.equal((await response.json()).error.code, "wrong_body");
  assert.equal(lane.state.seq, seq + 1, "the number is spent");
  assert.equal(promised(lane), before, "and nothing else");
  const next = await payer(lane)(gateway.url + "/v1/chat/completions", question());
  assert.equal(next.status, 200, await next.text());
});

test("a model is paid directly", async () => {
  const response = await payer(modelLane)(model.url + "/v1/chat/completions", question({ max_tokens: 64 }));
  const said = await response.text();
  assert.equal(response.status, 200, said);
  const answer = JSON.parse(said);
  assert.equal(answer.object, "chat.completion");
  assert.equal(typeof answer.choices[0].message.content, "string");
  assert.equal(answer.weal.receipts.length, 1);
  assert.equal(settlement(response).success, true);
});

test("a vault is paid directly", async () => {
  const pays = payer(modelLane);
  const post = (path, body) =>
    pays(vault.url + path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
  const offer = await (await post("/weal/v1/offers", { question: "What is exposure?", limit: 2 })).json();
  assert.equal(offer.items.length, 2);
  const before = promised(modelLane);
  const response = await post("/weal/v1/release", { offer: offer.id, ids: offer.items.map((i) => i.id) });
  const said = await response.text();
  assert.equal(response.status, 200, said);
  const release = JSON.parse(said);
  assert.deepEqual(release.passages.map((p) => p.id), offer.items.map((i) => i.id));
  const cost = offer.items.reduce((sum, i) => sum + BigInt(i.price), 0n);
  assert.equal(promised(modelLane) - before, cost);
  assert.equal(settlement(response).amount, cost.toString());
});

test("what was signed is what the chain credits", async () => {
  wealJSON("settle");
  for (const l of [lane, modelLane]) {
    const { tab } = await (await fetch(`http://127.0.0.1:${status.ports.rest}/weal/tab/v1/tabs/${l.lane.tab}`)).json();
    assert.equal(tab.lanes[0].credited, promised(l).toString());
  }
  const again = await payer(lane)(gateway.url + "/v1/chat/completions", question({ max_tokens: 32 }));
  assert.equal(again.status, 200, await again.text());
});


test("an account without a tab pays by exact, through Permit2", async () => {
  const evm = defineChain({
    id: status.evm_chain_id,
    name: "Weal",
    nativeCurrency: eip3085.nativeCurrency,
    rpcUrls: { default: { http: eip3085.rpcUrls } },
  });
  const pub = createPublicClient({ chain: evm, transport: http(), pollingInterval: 200 });
  const account = privateKeyToAccount(generatePrivateKey());
  weal("send", account.address, "1");

  const first = await fetch(gateway.url + "/v1/chat/completions", question());
  const offered = decodePaymentRequiredHeader(first.headers.get("PAYMENT-REQUIRED")).accepts;
  const offer = offered.find((a) => a.scheme === "exact");
  assert.ok(offer, JSON.stringify(offered));
  assert.equal(offer.network, `eip155:${status.evm_chain_id}`);

  const client = new x402Client().register("eip155:*", new ExactEvmScheme(account)).setSpendControls({
    allowedAssets: [{ network: offer.network, asset: offer.asset, maxAmountPerPayment: "100000000000000000" }],
  });
  const sent = [];
  const pays = wrapFetchWithPayment((input, init) => {
    const request = new Request(input, init);
    sent.push(request.headers.get("PAYMENT-SIGNATURE"));
    return fetch(request);
  }, client);

  const early = await pays(gateway.url + "/v1/chat/completions", question());
  assert.equal(early.status, 412, "Permit2 has to be approved first");
  assert.equal((await early.json()).error.code, "PERMIT2_ALLOWANCE_REQUIRED");

  const wallet = createWalletClient({ account, chain: evm, transport: http() });
  const approval = await wallet.sendTransaction(createPermit2ApprovalTx(offer.asset));
  assert.equal((await pub.waitForTransactionReceipt({ hash: approval })).status, "success");

  const before = await pub.getBalance({ address: account.address });
  const response = await pays(gateway.url + "/v1/chat/completions", question());
  const said = await response.text();
  assert.equal(response.status, 200, said);
  const answer = JSON.parse(said);
  assert.ok(answer.choices[0].message.content.length > 20);
  assert.ok(answer.weal.receipts.length >= 3, "the contributors are paid");
  const taken = settlement(response);
  assert.equal(taken.success, true);
  assert.equal(taken.payer, account.address);
  assert.equal((await pub.getTransactionReceipt({ hash: taken.transaction })).status, "success");
  assert.equal(before - (await pub.getBalance({ address: account.address })), BigInt(offer.amount), "and nothing else, not even gas");

  const again = await fetch(gateway.url + "/v1/chat/completions", { ...question(), headers: { "PAYMENT-SIGNATURE": sent.at(-1) } });
  assert.equal(await again.text(), said, "the same answer, and no second payment");
  assert.equal(before - (await pub.getBalance({ address: account.address })), BigInt(offer.amount));
});
