// What an x402 client needs to pay on a Weal chain: the scheme batch-settlement of
// spec/x402.md for @x402/core. It signs firm amounts with a lane's Ed25519 key.
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";

const H = (...parts) => {
  const h = createHash("sha256");
  for (const p of parts) {
    h.update(p);
  }
  return h.digest();
};
const u32 = (n) => {
  const b = Buffer.alloc(4);
  b.writeUInt32BE(n);
  return b;
};
const u64 = (n) => {
  const b = Buffer.alloc(8);
  b.writeBigUInt64BE(BigInt(n));
  return b;
};
const u128 = (n) => Buffer.from(BigInt(n).toString(16).padStart(32, "0"), "hex");
const hex = (s) => Buffer.from(s, "hex");
const text = (b) => b.toString("base64url");
const laneBytes = (l) => Buffer.concat([u64(l.tab), u32(l.epoch), u32(l.lane)]);
const zero = Buffer.alloc(32);

/** privateKey is the Ed25519 key of a seed in hex. */
const privateKey = (seed) =>
  createPrivateKey({ key: Buffer.concat([hex("302e020100300506032b657004220420"), hex(seed)]), format: "der", type: "pkcs8" });

/** publicKey is its public half in hex, which a lane is opened with. */
export const publicKey = (seed) => Buffer.from(createPublicKey(privateKey(seed)).export({ format: "jwk" }).x, "base64url").toString("hex");

/** itemsHash commits to a list of hashes. */
export const itemsHash = (items) => H("weal/items/1", u64(items.length), ...items.map(hex)).toString("hex");

const orderHash = (o) =>
  H(
    "weal/order/1",
    laneBytes(o.lane),
    u64(o.seq),
    u64(o.gateway),
    u64(o.asset),
    u32(o.version),
    hex(o.request),
    hex(o.items),
    u128(o.price),
    u32(o.tokens),
    u32(o.prompt),
    u32(o.most),
  ).toString("hex");

/** tree is the Merkle-sum tree over leaves that ascend by asset. */
const tree = (leaves) => {
  const levels = [
    leaves.map((l) => ({
      hash: H("weal/leaf/1", u64(l.asset), u128(l.amount), hex(l.order)),
      sum: BigInt(l.amount),
    })),
  ];
  for (let level = levels[0]; level.length > 1; level = levels.at(-1)) {
    const up = [];
    for (let i = 0; i < level.length; i += 2) {
      const [a, b] = [level[i], level[i + 1]];
      up.push(
        b ? { hash: H("weal/node/1", a.hash, u128(a.sum), b.hash, u128(b.sum)), sum: a.sum + b.sum } : a,
      );
    }
    levels.push(up);
  }
  const top = levels.at(-1)[0];
  return {
    sum: top.sum,
    root: H("weal/root/1", Buffer.from([1]), u32(leaves.length), top.hash, u128(top.sum)),
    path: (index) => {
      const parts = [u32(index), u32(leaves.length)];
      for (const level of levels.slice(0, -1)) {
        const beside = level[index ^ 1];
        if (beside) {
          parts.push(beside.hash, u128(beside.sum));
        }
        index >>= 1;
      }
      return text(Buffer.concat(parts));
    },
  };
};

/**
 * Lane is a funded lane and what was promised on it. state is {seq, leaves}; save
 * is told the new one before anything is sent, and must keep it.
 */
export class Lane {
  constructor({ chain, lane, gateway, denom, seed, state = { seq: 0, leaves: {} }, save = () => {} }) {
    Object.assign(this, { chain, lane, gateway, denom, state, save });
    this.key = privateKey(seed);
  }

  /** next is the seq of the voucher to come. */
  get next() {
    return this.state.seq + 1;
  }

  /** order completes an order of the next voucher. */
  order(fields) {
    return { lane: this.lane, seq: this.next, gateway: this.gateway, tokens: 0, prompt: 0, most: 0, ...fields };
  }

  /** sign promises what orders cost, on top of all before, and returns voucher and leaves. */
  async sign(orders) {
    const before = this.state;
    const leaves = structuredClone(before.leaves);
    for (const o of orders) {
      const had = BigInt(leaves[o.asset]?.amount ?? 0);
      leaves[o.asset] = { asset: o.asset, amount: (had + BigInt(o.price)).toString(), order: orderHash(o) };
    }
    const all = Object.values(leaves).sort((a, b) => a.asset - b.asset);
    const t = tree(all);
    const body = Buffer.concat([
      H("weal/chain/1", this.chain),
      laneBytes(this.lane),
      u64(this.next),
      u128(t.sum),
      u128(0),
      t.root,
      zero,
      H(), // keeps no receipts: the root of none
    ]);
    const voucher = text(Buffer.concat([body, sign(null, Buffer.concat([Buffer.from("weal/voucher/1"), body]), this.key)]));
    this.state = { seq: this.next, leaves };
    this.before = before;
    await this.save(this.state);
    const paid = orders.map((order) => {
      const i = all.findIndex((l) => l.asset === order.asset);
      return { leaf: all[i], path: t.path(i), order };
    });
    return { voucher, leaves: paid };
  }

  /** undo takes back the promises of a voucher that was shown to nobody; its seq is spent. */
  async undo() {
    this.state = { seq: this.state.seq, leaves: this.before.leaves };
    await this.save(this.state);
  }
}

/** orders are what a quote asks for, each at once. */
const orders = (lane, q) => {
  const vaults = q.vaults.map((v) =>
    lane.order({
      asset: v.asset,
      version: v.version,
      request: q.request,
      items: itemsHash(v.items.map((i) => i.id)),
      price: v.items.reduce((sum, i) => sum + BigInt(i.price), 0n).toString(),
    }),
  );
  const items = itemsHash(vaults.map((o) => o.items));
  const meters = q.meters.map((m) =>
    lane.order({
      asset: m.asset,
      version: m.version,
      request: q.request,
      items,
      price: (BigInt(m.price) * BigInt(m.most)).toString(),
    }),
  );
  return [...vaults, ...meters];
};

/** BatchSettlementWeal is the network plug-in: register it for "cosmos:*". */
export class BatchSettlementWeal {
  scheme = "batch-settlement";

  constructor(lane) {
    this.lane = lane;
    this.schemeHooks = { onPaymentResponse: (ctx) => this.answered(ctx) };
  }

  async createPaymentPayload(x402Version, offer) {
    const agreed = BigInt(offer.amount);
    if (offer.extra.needs === "lane") {
      if (!this.quoted) {
        return { x402Version, payload: { type: "lane", lane: this.lane.lane, seq: this.lane.next } };
      }
      offer = this.quoted;
      this.quoted = undefined;
    }
    const terms = offer.extra;
    if (terms.chain !== this.lane.chain || offer.asset !== this.lane.denom) {
      throw new Error(`the offer is for ${terms.chain} in ${offer.asset}, the lane is of ${this.lane.chain} in ${this.lane.denom}`);
    }
    const list = terms.quote
      ? orders(this.lane, terms.quote)
      : [this.lane.order({ asset: terms.asset, version: terms.version, request: terms.request, items: terms.items, price: offer.amount })];
    const total = list.reduce((sum, o) => sum + BigInt(o.price), 0n);
    if (total > agreed) {
      throw new Error(`the quote is for ${total} ${offer.asset}, agreed was to ${agreed}`);
    }
    if (terms.quote && terms.quote.seq !== this.lane.next) {
      throw new Error(`the quote is for seq ${terms.quote.seq}, the lane is at ${this.lane.next}`);
    }
    const signed = await this.lane.sign(list);
    return { x402Version, payload: { type: "voucher", ...(terms.quote && { quote: terms.quote.id }), ...signed } };
  }

  /** answered takes a quote that naming the lane brought, and notes what was refused. */
  async answered({ paymentPayload, paymentRequired }) {
    if (!paymentRequired) {
      return undefined;
    }
    if (paymentPayload.payload.type === "voucher") {
      await this.lane.undo();
      return undefined;
    }
    this.quoted = paymentRequired.accepts.find((a) => a.scheme === this.scheme && a.asset === this.lane.denom && a.extra.quote);
    return this.quoted ? { recovered: true } : undefined;
  }
}
