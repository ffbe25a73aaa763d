// The chain as ethers sees it: https://docs.ethers.org/v6/
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Contract, JsonRpcProvider, NonceManager, Wallet, isError, parseEther } from "ethers";

import { abi, assets, collections, earn, eip3085, registration, secret, status, weal } from "./chain.mjs";

const provider = new JsonRpcProvider(eip3085.rpcUrls[0], undefined, { pollingInterval: 200 });
after(() => provider.destroy());

/** person is an account with coins, and the contract of all assets as it calls it. */
const person = (key) => {
  const wallet = key ? new Wallet(key) : new Wallet(Wallet.createRandom().privateKey);
  if (!key) {
    weal("send", wallet.address, "2");
  }
  const signer = new NonceManager(wallet.connect(provider));
  return { address: wallet.address, signer, shares: new Contract(assets, abi("IWealAssets"), signer) };
};

// Functions of one name are told apart by their types.
const toAddress = "transferFrom(uint256,address,uint256)";
const toToken = "transferFrom(uint256,uint256,uint256)";
const valueOf = "balanceOf(uint256)";

/** mined waits for a transaction that must succeed, and returns its receipt. */
const mined = async (sent) => {
  const receipt = await (await sent).wait();
  assert.equal(receipt.status, 1);
  return receipt;
};

/** events are a receipt's logs as a contract's interface names them. */
const events = (receipt, contract) => receipt.logs.map((l) => contract.interface.parseLog(l));

/** refused wants a call to revert with a reason. */
const refused = async (call, reason) => {
  try {
    await call;
  } catch (e) {
    assert.ok(isError(e, "CALL_EXCEPTION"), String(e));
    assert.equal(e.reason, reason);
    return;
  }
  assert.fail("it was not refused");
};

const alice = person();
const bob = person();
let asset, share;

test("the chain is the one that wallets are told of", async () => {
  const network = await provider.getNetwork();
  assert.equal(network.chainId, BigInt(eip3085.chainId));
  assert.ok((await provider.getCode(assets)).length > 2);
  await alice.shares.waitForDeployment();
  assert.ok(await alice.shares.getDeployedCode());
  const fees = await provider.getFeeData();
  assert.ok(fees.maxFeePerGas >= 10_000_000n, "EIP-1559 fees");
});

test("an asset is registered", async () => {
  const [id, first] = await alice.shares.register.staticCall(registration());
  const logs = events(await mined(alice.shares.register(registration())), alice.shares);
  assert.deepEqual(
    logs.map((l) => l.name),
    ["Transfer", "SlotChanged", "TransferValue", "AssetRegistered"],
  );
  ({ asset, share } = logs[3].args);
  assert.deepEqual([asset, share], [id, first]);
  assert.equal(logs[3].args.maker, alice.address);
  assert.equal(await alice.shares.ownerOf(share), alice.address);
});

test("value is split, approved and moved", async () => {
  const bobs = await alice.shares[toAddress].staticCall(share, bob.address, 30n);
  const receipt = await mined(alice.shares[toAddress](share, bob.address, 30n));
  const moved = events(receipt, alice.shares).at(-1);
  assert.equal(moved.name, "TransferValue");
  assert.deepEqual(moved.args.toArray(), [share, bobs, 30n]);

  await mined(alice.shares["approve(uint256,address,uint256)"](share, bob.address, 9n));
  await mined(bob.shares[toToken](share, bobs, 5n));
  assert.equal(await bob.shares.allowance(share, bob.address), 4n);
  assert.equal(await bob.shares[valueOf](share), 65n);
  assert.equal(await bob.shares[valueOf](bobs), 35n);

  const found = await alice.shares.queryFilter(alice.shares.filters.TransferValue(share), receipt.blockNumber);
  assert.deepEqual(
    found.map((l) => l.args.value),
    [30n, 5n],
  );
});

test("refusals say why", async () => {
  await refused(alice.shares[toAddress].staticCall(share, bob.address, 101n), "ERC3525: insufficient balance for transfer");
  await refused(alice.shares[toAddress](share, bob.address, 101n), "ERC3525: insufficient balance for transfer");
  alice.signer.reset(); // it has counted the transaction that was never sent
  await refused(alice.shares.ownerOf(2n ** 255n), "ERC721: invalid token ID");
  await refused(bob.shares[toAddress].estimateGas(share, bob.address, 50n), "ERC3525: insufficient allowance");
  // Sent all the same, it is mined as failed.
  const sent = await bob.shares[toAddress](share, bob.address, 50n, { gasLimit: 200_000n });
  await assert.rejects(sent.wait(), (e) => isError(e, "CALL_EXCEPTION") && e.receipt.status === 0);
  // An unknown function says that, and an empty call too.
  for (const data of ["0xdeadbeef", "0x"]) {
    await assert.rejects(provider.call({ to: assets, data }), (e) => isError(e, "CALL_EXCEPTION") && e.reason?.length > 0);
  }
});

test("a burst of transactions is mined in order", async () => {
  const sent = [];
  for (let i = 0; i < 5; i++) {
    sent.push(await alice.shares[toAddress](share, bob.address, 1n));
  }
  sent.push(await alice.signer.sendTransaction({ to: bob.address, value: parseEther("0.1") }));
  assert.deepEqual(
    sent.map((tx) => tx.nonce - sent[0].nonce),
    [0, 1, 2, 3, 4, 5],
  );
  await Promise.all(sent.map(mined));
  assert.equal(await alice.shares[valueOf](share), 60n);
});

test("revenue is claimed", async () => {
  const model = status.assets.find((a) => a.role === "model");
  const owner = person(secret("owner-model"));
  assert.equal(owner.address, model.owner);
  const first = await owner.shares.tokenOfOwnerByIndex(model.owner, 0n);
  const split = events(await mined(owner.shares[toAddress](first, alice.address, 250_000n)), owner.shares);
  const mine = split.at(-1).args.toTokenId;
  earn();
  const due = await alice.shares.claimable(mine, "aweal");
  assert.ok(due > 0n);
  const before = await provider.getBalance(alice.address);
  const receipt = await mined(alice.shares.claim([mine]));
  const [claimed] = events(receipt, alice.shares);
  assert.equal(claimed.name, "Claimed");
  assert.deepEqual(claimed.args.toArray(), [mine, alice.address, "aweal", due]);
  assert.equal(await provider.getBalance(alice.address), before + due - receipt.fee);
});

test("a collection of one's own", async () => {
  const factory = new Contract(collections, abi("IWealCollections"), alice.signer);
  const address = await factory.create.staticCall("Points", "PTS", 0, false);
  const [created] = events(await mined(factory.create("Points", "PTS", 0, false)), factory);
  assert.equal(created.name, "CollectionCreated");
  assert.equal(created.args.collection, address);
  const points = new Contract(address, abi("IWealCollection"), alice.signer);
  assert.ok(await points.getDeployedCode());
  await mined(points.mint(alice.address, 1n, 1n, 10n));
  await mined(points[toAddress](1n, bob.address, 4n));
  await mined(points.burnValue(1n, 1n));
  assert.equal(await points[valueOf](1n), 5n);
});
