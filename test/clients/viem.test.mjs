// The chain as viem sees it: https://viem.sh
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  http,
  parseEther,
  parseEventLogs,
} from "viem";
import { generatePrivateKey, nonceManager, privateKeyToAccount } from "viem/accounts";

import { abi, assets, collections, earn, eip3085, registration, secret, status, weal, wealJSON } from "./chain.mjs";

// The module that the binary writes for viem, where it finds viem.
const dir = mkdtempSync(join(dirname(fileURLToPath(import.meta.url)), "node_modules", ".weal-"));
after(() => rmSync(dir, { recursive: true }));
writeFileSync(join(dir, "weal.mjs"), weal("wallet", "viem"));
const { weal: chain } = await import(pathToFileURL(join(dir, "weal.mjs")));

const transport = http();
const pub = createPublicClient({ chain, transport, pollingInterval: 200 });
const shares = { address: assets, abi: abi("IWealAssets") };

/** wallet is a client of an account; a new one has coins. */
const wallet = (key) => {
  const account = privateKeyToAccount(key ?? generatePrivateKey(), { nonceManager });
  if (!key) {
    weal("send", account.address, "2");
  }
  return createWalletClient({ account, chain, transport, pollingInterval: 200 });
};

/** mined waits for a transaction that must succeed. */
const mined = async (hash) => {
  const receipt = await pub.waitForTransactionReceipt({ hash });
  assert.equal(receipt.status, "success");
  return receipt;
};

/** write calls a contract in a transaction, with what viem says of gas, fee and nonce. */
const write = async (w, functionName, args, contract = shares) => mined(await w.writeContract({ ...contract, functionName, args }));

const read = (functionName, args, contract = shares) => pub.readContract({ ...contract, functionName, args });

/** events are the names of a receipt's logs, with their arguments. */
const events = (receipt, contract = shares) =>
  parseEventLogs({ abi: contract.abi, logs: receipt.logs }).map((l) => [l.eventName, l.args]);

/** refused wants a call to revert with a reason. */
const refused = async (call, reason) => {
  try {
    await call;
  } catch (e) {
    assert.ok(e instanceof BaseError, String(e));
    assert.equal(e.walk((c) => c instanceof ContractFunctionRevertedError)?.reason, reason, e.message);
    return;
  }
  assert.fail("it was not refused");
};

const alice = wallet();
const bob = wallet();
let asset, share;

test("the chain is the one that wallets are told of", async () => {
  assert.equal(await pub.getChainId(), chain.id);
  assert.equal(eip3085.chainId, "0x" + chain.id.toString(16));
  assert.deepEqual(eip3085.rpcUrls, [chain.rpcUrls.default.http[0]]);
  assert.deepEqual(eip3085.nativeCurrency, chain.nativeCurrency);
  assert.equal(status.evm_chain_id, chain.id);
  for (const address of [assets, collections, chain.contracts.multicall3.address]) {
    assert.ok((await pub.getCode({ address }))?.length > 2, `${address} has code`);
  }
});

test("an asset is registered", async () => {
  const receipt = await write(alice, "register", [registration()]);
  const logs = events(receipt);
  assert.deepEqual(
    logs.map(([name]) => name),
    ["Transfer", "SlotChanged", "TransferValue", "AssetRegistered"],
  );
  const registered = logs[3][1];
  assert.equal(registered.maker, alice.account.address);
  ({ asset, share } = registered);
  assert.equal(await read("ownerOf", [share]), alice.account.address);
  assert.equal(await read("slotOf", [share]), asset);
  assert.ok(receipt.gasUsed > 21_000n);
  assert.ok(receipt.effectiveGasPrice >= 10_000_000n, "the least price of gas");
});

test("value is split, approved and moved", async () => {
  const { request, result } = await pub.simulateContract({
    ...shares,
    account: alice.account,
    functionName: "transferFrom",
    args: [share, bob.account.address, 30n],
  });
  const receipt = await mined(await alice.writeContract(request));
  const bobs = result;
  const moved = events(receipt).at(-1);
  assert.equal(moved[0], "TransferValue");
  assert.deepEqual(moved[1], { fromTokenId: share, toTokenId: bobs, value: 30n });

  await write(alice, "approve", [share, bob.account.address, 9n]);
  assert.equal(await read("allowance", [share, bob.account.address]), 9n);
  await write(bob, "transferFrom", [share, bobs, 5n]);
  assert.equal(await read("allowance", [share, bob.account.address]), 4n);

  // Many reads in one call, by the contract that is there from the first block on.
  const values = await pub.multicall({
    allowFailure: false,
    contracts: Array.from({ length: 40 }, (_, i) => ({ ...shares, functionName: "balanceOf", args: [i % 2 ? share : bobs] })),
  });
  assert.deepEqual(values.slice(0, 2), [35n, 65n]);

  const found = await pub.getContractEvents({
    ...shares,
    eventName: "TransferValue",
    args: { fromTokenId: share },
    fromBlock: receipt.blockNumber,
  });
  assert.deepEqual(
    found.map((l) => l.args.value),
    [30n, 5n],
  );
});

test("refusals say why", async () => {
  const as = (account, functionName, args) => pub.simulateContract({ ...shares, account, functionName, args });
  await refused(as(alice.account, "transferFrom", [share, bob.account.address, 101n]), "ERC3525: insufficient balance for transfer");
  await refused(as(bob.account, "transferFrom", [alice.account.address, bob.account.address, share]), "ERC721: caller is not token owner or approved");
  await refused(read("ownerOf", [2n ** 255n]), "ERC721: invalid token ID");
  await refused(as(alice.account, "register", [registration({ manifest: "0x" + "00".repeat(32) })]), "manifest: the hash is zero: bad asset");
  // Gas is estimated before anything is sent, so that nothing is paid for a refusal.
  await refused(
    bob.writeContract({ ...shares, functionName: "transferFrom", args: [share, bob.account.address, 50n] }),
    "ERC3525: insufficient allowance",
  );
  // What is sent all the same is mined as failed.
  const hash = await bob.writeContract({ ...shares, functionName: "transferFrom", args: [share, bob.account.address, 50n], gas: 200_000n });
  const receipt = await pub.waitForTransactionReceipt({ hash });
  assert.equal(receipt.status, "reverted");
  assert.equal(receipt.logs.length, 0);
});

test("a burst of transactions is mined in order", async () => {
  const hashes = [];
  for (let i = 0; i < 5; i++) {
    hashes.push(await alice.writeContract({ ...shares, functionName: "transferFrom", args: [share, bob.account.address, 1n] }));
  }
  hashes.push(await alice.sendTransaction({ to: bob.account.address, value: parseEther("0.1") }));
  const receipts = await Promise.all(hashes.map(mined));
  const at = receipts.map((r) => [r.blockNumber, r.transactionIndex]);
  assert.deepEqual(
    at,
    at.toSorted(([a, i], [b, k]) => Number(a - b) || i - k),
  );
  assert.equal(await read("balanceOf", [share]), 60n);
});

test("revenue is claimed", async () => {
  const vault = status.assets.find((a) => a.role === "vault");
  const owner = wallet(secret("owner-vault"));
  assert.equal(owner.account.address, vault.owner);
  const first = await read("tokenOfOwnerByIndex", [vault.owner, 0n]);
  assert.equal(await read("slotOf", [first]), BigInt(vault.asset));

  const split = events(await write(owner, "transferFrom", [first, alice.account.address, 250_000n]));
  const mine = split.at(-1)[1].toTokenId;
  earn();
  const credited = BigInt(wealJSON("asset", "show", String(vault.asset)).revenue.find((r) => r.denom === "aweal").credited);
  const due = await read("claimable", [mine, "aweal"]);
  assert.ok(due > 0n && due <= credited / 4n, `a quarter of ${credited}: ${due}`);

  const before = await pub.getBalance({ address: alice.account.address });
  const receipt = await write(alice, "claim", [[mine]]);
  assert.deepEqual(events(receipt), [["Claimed", { share: mine, owner: alice.account.address, denom: "aweal", amount: due }]]);
  const paid = receipt.gasUsed * receipt.effectiveGasPrice;
  assert.equal(await pub.getBalance({ address: alice.account.address }), before + due - paid);
  assert.equal(await read("claimable", [mine, "aweal"]), 0n);
});

test("a collection of one's own", async () => {
  const factory = { address: collections, abi: abi("IWealCollections") };
  const created = events(await write(alice, "create", ["Tickets", "TIX", 2, true], factory), factory);
  assert.equal(created[0][0], "CollectionCreated");
  const { collection: address, maker } = created[0][1];
  assert.equal(maker, alice.account.address);
  assert.ok(await read("isCollection", [address], factory));
  assert.ok((await pub.getCode({ address }))?.length > 2, "it has code");

  const tickets = { address, abi: abi("IWealCollection") };
  assert.equal(await read("name", [], tickets), "Tickets");
  assert.equal(await read("symbol", [], tickets), "TIX");
  assert.equal(await read("valueDecimals", [], tickets), 2);
  const minted = events(await write(alice, "mint", [alice.account.address, 7n, 3n, 500n], tickets), tickets);
  assert.deepEqual(
    minted.map(([name]) => name),
    ["Transfer", "SlotChanged", "TransferValue"],
  );
  const sent = events(await write(alice, "transferFrom", [7n, bob.account.address, 200n], tickets), tickets);
  const bobs = sent.at(-1)[1].toTokenId;
  await write(bob, "transferFrom", [bobs, 7n, 50n], tickets);
  assert.equal(await read("balanceOf", [7n], tickets), 350n);
  assert.equal(await read("tokenSupplyInSlot", [3n], tickets), 2n);
  await write(bob, "burn", [bobs], tickets);
  assert.equal(await read("totalSupply", [], tickets), 1n);
  await refused(read("ownerOf", [bobs], tickets), "ERC721: invalid token ID");
  await assert.rejects(
    pub.simulateContract({ ...tickets, account: bob.account, functionName: "mint", args: [bob.account.address, 8n, 3n, 1n] }),
    (e) => e.walk((c) => c instanceof ContractFunctionRevertedError)?.reason?.length > 0,
    "only the maker mints",
  );
});
