// Writes headers.json: headers as the public packages encode them. Run it where
// @x402/core is installed: node x402/testdata/headers.mjs > x402/testdata/headers.json
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "test/clients/package.json"));
const { encodePaymentRequiredHeader, encodePaymentResponseHeader, encodePaymentSignatureHeader } = require("@x402/core/http");

const exact = {
  scheme: "exact",
  network: "eip155:9325",
  amount: "20000000000000000",
  asset: "0xD4949664cD82660AaE99bEdc034a0deA8A0bd517",
  payTo: "0x7cB61D4117AE31a12E393a1Cfa3BaC666481D02E",
  maxTimeoutSeconds: 60,
  extra: { assetTransferMethod: "permit2", name: "Weal", version: "1" },
};
const batch = {
  scheme: "batch-settlement",
  network: "cosmos:weal-local-1",
  amount: "1000",
  asset: "aweal",
  payTo: "weal://asset/12",
  maxTimeoutSeconds: 120,
  extra: { chain: "weal-local-1", asset: 12, needs: "lane" },
};
const resource = { url: "http://127.0.0.1:8080/v1/chat/completions", description: "Ünïcode & <tags> “quoted”", mimeType: "application/json" };

const required = [
  { x402Version: 2, error: "no_payment", resource, accepts: [batch, exact] },
  { x402Version: 2, resource: { url: "/" }, accepts: [exact], extensions: { bazaar: { info: {}, schema: {} } } },
];
const payments = [
  { x402Version: 2, payload: { type: "lane", lane: { tab: 7, epoch: 0, lane: 3 }, seq: 42 }, resource, accepted: batch },
  {
    x402Version: 2,
    payload: {
      signature: "0x" + "1b".repeat(65),
      permit2Authorization: {
        from: "0x7cB61D4117AE31a12E393a1Cfa3BaC666481D02E",
        permitted: { token: exact.asset, amount: exact.amount },
        spender: "0x402085c248EeA27D92E8b30b2C58ed07f9E20001",
        nonce: "33247007178036348590600198031289925668252061821958005840077069883511451257277",
        deadline: "1767225600",
        witness: { to: exact.payTo, validAfter: "0" },
      },
    },
    extensions: {},
    resource,
    accepted: exact,
  },
];
const settlements = [
  { success: true, transaction: "ab".repeat(32), network: "cosmos:weal-local-1", payer: exact.payTo, amount: "1000", extra: { seq: 42 } },
  { success: false, errorReason: "insufficient_funds", transaction: "", network: "eip155:9325" },
];
const all = [
  ...required.map((value) => ({ kind: "required", value, header: encodePaymentRequiredHeader(value) })),
  ...payments.map((value) => ({ kind: "payment", value, header: encodePaymentSignatureHeader(value) })),
  ...settlements.map((value) => ({ kind: "settlement", value, header: encodePaymentResponseHeader(value) })),
];
console.log(JSON.stringify(all, null, 1));
