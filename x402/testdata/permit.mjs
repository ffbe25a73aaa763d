// Writes permit.json: a payment by exact as the public client signs it, and the
// call that settles it as viem encodes it with the public interface. Run it where
// @x402/evm is installed: node x402/testdata/permit.mjs > x402/testdata/permit.json
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "test/clients/package.json"));
const { ExactEvmScheme } = require("@x402/evm/exact/client");
const { x402ExactPermit2ProxyABI } = require("@x402/evm");
const { encodeFunctionData, hashTypedData } = require("viem");
const { privateKeyToAccount } = require("viem/accounts");

const account = privateKeyToAccount("0x" + "11".repeat(32));
let digest;
const signer = {
  address: account.address,
  signTypedData: (data) => {
    digest = hashTypedData(data);
    return account.signTypedData(data);
  },
};
const { payload } = await new ExactEvmScheme(signer).createPaymentPayload(2, {
  scheme: "exact",
  network: "eip155:9325",
  amount: "20000000000000000",
  asset: "0x0000000000000000000000000000000000009325",
  payTo: "0x7cB61D4117AE31a12E393a1Cfa3BaC666481D02E",
  maxTimeoutSeconds: 60,
  extra: { assetTransferMethod: "permit2" },
});
const { from, permitted, nonce, deadline, witness } = payload.permit2Authorization;
const settle = encodeFunctionData({
  abi: x402ExactPermit2ProxyABI,
  functionName: "settle",
  args: [{ permitted, nonce, deadline }, from, witness, payload.signature],
});
console.log(JSON.stringify({ payload, digest, settle }, null, 1));
