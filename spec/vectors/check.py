#!/usr/bin/env python3
"""Checks the vectors of this folder with nothing but Python's standard library.

A second implementation of spec/pay.md, written to be read. Run it from anywhere:
    python3 spec/vectors/check.py
"""
import base64
import hashlib
import json
import pathlib
import re

import hpke

MAX = 2**128 - 1
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
ZERO = bytes(32)


class Wrong(Exception):
    """The case is not ok."""


def need(condition, why):
    if not condition:
        raise Wrong(why)


def h(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def u(n, size):
    return int(n).to_bytes(size, "big")


def unhex(s):
    return bytes.fromhex(s)


def untext(s):
    return base64.urlsafe_b64decode(s + "=" * (-len(s) % 4))


class Reader:
    def __init__(self, b, size=None):
        need(size is None or len(b) == size, "encoding")
        self.b = b

    def take(self, n):
        need(len(self.b) >= n, "encoding")
        head, self.b = self.b[:n], self.b[n:]
        return head

    def int(self, n):
        return int.from_bytes(self.take(n), "big")


# Ed25519 by ZIP-215, in affine coordinates: slow, and short.
def point(b):
    n = int.from_bytes(b, "little")
    y, sign = (n & (2**255 - 1)) % P, n >> 255
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - x2) % P:
        return None
    return (x if x % 2 == sign else -x % P), y


def add(p, q):
    k = D * p[0] * q[0] * p[1] * q[1] % P
    return ((p[0] * q[1] + q[0] * p[1]) * pow(1 + k, -1, P) % P,
            (p[1] * q[1] + p[0] * q[0]) * pow(1 - k, -1, P) % P)


def mul(n, p):
    r = (0, 1)
    while n:
        if n & 1:
            r = add(r, p)
        p, n = add(p, p), n >> 1
    return r


BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def verify(key, message, sig):
    a, r, s = point(key), point(sig[:32]), int.from_bytes(sig[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(sig[:32] + key + message).digest(), "little") % L
    return mul(8, mul(s, BASE)) == add(mul(8, r), mul(8, mul(k, a)))


def check_key(key):
    a = point(key)
    need(a is not None, "key")
    need((a[1] | (a[0] & 1) << 255).to_bytes(32, "little") == key, "key")
    need(mul(8, a) != (0, 1), "key")


def lane(o):
    return u(o["tab"], 8) + u(o["epoch"], 4) + u(o["lane"], 4)


def siblings(index, count):
    """Yields for every level whether the node is a right one, or None if alone."""
    need(index < count, "encoding")
    while count > 1:
        yield None if index ^ 1 >= count else index & 1
        index, count = index // 2, (count + 1) // 2


def climb(kind, node, total, path, want_root, want_sum):
    r = Reader(path)
    index, count = r.int(4), r.int(4)
    for right in siblings(index, count):
        if right is None:
            continue
        other, more = r.take(32), r.int(16)
        left_first = ((other, more), (node, total)) if right else ((node, total), (other, more))
        total += more
        need(total <= MAX, "sum")
        node = h(b"weal/node/1", *[p for n, s in left_first for p in (n, u(s, 16))])
    need(not r.b, "encoding")
    root = h(b"weal/root/1", u(kind, 1), u(count, 4), node, u(total, 16))
    need(want_sum in (total, None) and root == want_root, "path")


def leaf_bytes(l):
    return u(l["asset"], 8) + u(l["amount"], 16) + unhex(l["order"])


def tick_bytes(l):
    return u(l["asset"], 8) + u(l["price"], 16) + u(l["tokens"], 4) + u(l["prompt"], 4) + u(l["most"], 4) + \
        unhex(l["head"]) + unhex(l["order"])


def show(leaf, path, root, total):
    """Shows an encoded leaf to the root of its tree."""
    if len(leaf) == 100:
        price = int.from_bytes(leaf[8:24], "big")
        prompt, most = int.from_bytes(leaf[28:32], "big"), int.from_bytes(leaf[32:36], "big")
        need(1 <= most <= 65536 and prompt <= most and price * most <= MAX, "ticks")
        climb(2, h(b"weal/tickleaf/1", leaf), price * most, path, root, total)
        return
    need(len(leaf) == 56, "encoding")
    climb(1, h(b"weal/leaf/1", leaf), int.from_bytes(leaf[8:24], "big"), path, root, total)


def ticks(l, k, preimage):
    need(1 <= k <= l["most"] <= 65536, "ticks")
    for _ in range(k):
        preimage = h(b"weal/tick/1", u(l["asset"], 8), unhex(l["order"]), preimage)
    need(preimage == unhex(l["head"]), "ticks")


def order_bytes(o):
    return lane(o["lane"]) + u(o["seq"], 8) + u(o["gateway"], 8) + u(o["asset"], 8) + u(o["version"], 4) + \
        unhex(o["request"]) + unhex(o["items"]) + u(o["price"], 16) + u(o["tokens"], 4) + u(o["prompt"], 4) + u(o["most"], 4)


def merkle_climb(leaf, proof):
    r = Reader(proof)
    index, count = r.int(8), r.int(8)
    node = h(b"\0", leaf)
    for right in siblings(index, count):
        if right is None:
            continue
        other = r.take(32)
        node = h(b"\1", other, node) if right else h(b"\1", node, other)
    need(not r.b, "encoding")
    return count, node


def merkle_root(hashes):
    """The recursion of RFC 6962, section 2.1."""
    if not hashes:
        return h()
    if len(hashes) == 1:
        return h(b"\0", hashes[0])
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    return h(b"\1", merkle_root(hashes[:k]), merkle_root(hashes[k:]))


def mountain(hashes):
    peaks, rest = [], hashes
    for bit in range(63, -1, -1):
        if len(hashes) >> bit & 1:
            peaks.append(merkle_root(rest[:1 << bit]))
            rest = rest[1 << bit:]
    return u(len(hashes), 8) + b"".join(peaks)


# One function a file: it raises Wrong if the case is not ok.
def keys(c):
    check_key(unhex(c["key"]))


def signatures(c):
    need(verify(unhex(c["key"]), unhex(c["message"]), untext(c["signature"])), "signature")


def vouchers(c):
    b = unhex(c["signed"])
    need(len(b) == 248, "encoding")
    need(verify(unhex(c["key"]), b"weal/voucher/1" + b[:184], b[184:]), "signature")
    if "voucher" in c:
        v = c["voucher"]
        assert h(b"weal/chain/1", c["chain_id"].encode()) == unhex(v["chain"])
        assert b[:184] == unhex(v["chain"]) + lane(v["lane"]) + u(v["seq"], 8) + u(v["total"], 16) + u(v["ceiling"], 16) + \
            unhex(v["split"]) + unhex(v["ticks"]) + unhex(v["receipts"])
        assert untext(c["text"]) == b


def brought(c):
    b = unhex(c["signed"])
    need(len(b) == 248, "encoding")
    need(b[:32] == h(b"weal/chain/1", c["chain_id"].encode()), "chain")
    need(b[32:48] == lane(c["lane"]) and c["lane"]["lane"] != 2**32 - 1, "lane")
    vouchers(c)


def checkpoints(c):
    total, count = int(c["total"]), c["count"]
    root = h(b"weal/root/1", u(3, 1), u(count, 4), unhex(c["top"]), u(total, 16)) if count else ZERO
    assert root == unhex(c["root"])
    if "leaf" in c:
        leaf = unhex(c["leaf"])
        need(len(leaf) == 56, "encoding")
        climb(3, h(b"weal/leaf/1", leaf), int.from_bytes(leaf[8:24], "big"), unhex(c["path"]), root, None)
    if "leaves" in c:
        assert sum(int(l["amount"]) for l in c["leaves"]) == total and len(c["leaves"]) == count
        assert leaf_bytes(c["leaves"][-1]) == unhex(c["leaf"])


def trees(c):
    plain = [leaf_bytes(l) for l in c.get("leaves", [])] or [tick_bytes(l) for l in c.get("ticks", [])]
    assert plain == [unhex(b) for b in c["bytes"]]
    assert plain or (unhex(c["root"]), c["sum"]) == (ZERO, "0")
    for leaf, path in zip(plain, c["paths"], strict=True):
        show(leaf, unhex(path), unhex(c["root"]), int(c["sum"]))


def paths(c):
    show(unhex(c["leaf"]), unhex(c["path"]), unhex(c["root"]), int(c["sum"]))


def ticks_case(c):
    ticks(c["leaf"], c["k"], unhex(c["preimage"]))
    if "seed" in c:
        assert c["k"] != c["leaf"]["most"] or c["preimage"] == c["seed"]


def sealed(c):
    secret = unhex(c["secret"])
    assert hpke.x25519(secret, bytes([9]) + bytes(31)) == unhex(c["key"])
    text = hpke.open_base(secret, b"weal/release/sealed/1", unhex(c["order"]), unhex(c["sealed"]))
    need(text is not None, "opens")
    assert text.decode() == c["text"] and len(text) % 1024 == 0


def hashes(c):
    if "chain_id" in c:
        got = h(b"weal/chain/1", c["chain_id"].encode())
    elif "order" in c:
        assert order_bytes(c["order"]) == unhex(c["bytes"])
        got = h(b"weal/order/1", order_bytes(c["order"]))
    elif "chunk" in c:
        k = c["chunk"]
        s, g, t = (k[f].encode() for f in ("source", "heading", "text"))
        got = h(b"weal/chunk/1", u(len(s), 8), s, u(len(g), 8), g, u(k["start"], 8), u(k["end"], 8), u(len(t), 8), t)
    elif "salt" in c:
        got = h(b"weal/salted/1", unhex(c["salt"]), unhex(c["salted"]))
    else:
        items = c.get("items", [])
        got = h(b"weal/items/1", u(len(items), 8), *map(unhex, items))
        if "key" in c:
            got = h(b"weal/sealed/1", got, unhex(c["key"]))
    assert got == unhex(c["hash"])


def merkle(c):
    leaves = [unhex(x) for x in c["hashes"]]
    assert merkle_root(leaves) == unhex(c["root"])
    assert mountain(leaves) == unhex(c["mountain"])
    for leaf, proof in zip(leaves, c["proofs"], strict=True):
        assert merkle_climb(leaf, unhex(proof))[1] == unhex(c["root"])


def proofs(c):
    need(merkle_climb(unhex(c["hash"]), unhex(c["proof"]))[1] == unhex(c["root"]), "path")


def receipts(c):
    b = unhex(c["signed"])
    need(len(b) >= 253 and b[180] & 127 == 1, "encoding")
    n = 221 if b[180] & 128 else 189
    need(len(b) >= n + 64 and (n == 189 or b[189:221] != ZERO), "encoding")
    leaf = h(b"weal/receipt/1", b[:n])
    count, root = merkle_climb(leaf, b[n + 64:])
    need(verify(unhex(c["key"]), b"weal/receipts/1" + u(count, 8) + root, b[n:n + 64]), "signature")
    if "receipt" in c:
        r = c["receipt"]
        detail = unhex(r.get("detail", ""))
        assert b[:n] == unhex(r["chain"]) + lane(r["lane"]) + u(r["seq"], 8) + u(r["asset"], 8) + u(r["version"], 4) + \
            unhex(r["order"]) + unhex(r["input"]) + unhex(r["output"]) + u(r["amount"], 16) + u(129 if detail else 1, 1) + \
            u(r["time"], 8) + detail
        assert leaf == unhex(c["hash"])


def divide(total, weights):
    """The largest remainders get what is left, the first of equal ones first."""
    whole = sum(weights)
    parts = [total * w // whole for w in weights]
    order = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for i in order[:total - sum(parts)]:
        parts[i] += 1
    return parts


def attributions(c):
    b, million = unhex(c["record"]), 1_000_000
    need(b and len(b) % 65 == 0 and len(b) <= 256 * 65, "encoding")
    entries = [b[i:i + 65] for i in range(0, len(b), 65)]
    field = lambda e, at, size: int.from_bytes(e[at:at + size], "big")
    numbers = [field(e, 0, 4) for e in entries]
    need(numbers[0] > 0 and all(x < y for x, y in zip(numbers, numbers[1:])), "encoding")
    bands, cites = [e[48] for e in entries], [field(e, 49, 4) for e in entries]
    need(max(bands) <= 9, "encoding")
    scores = [x + 1 for x in bands]
    for at, weights in (53, [1] * len(entries)), (57, scores), (61, cites if any(cites) else scores):
        need([field(e, at, 4) for e in entries] == divide(million, weights), "encoding")
    leaves = [h(b"weal/attributed/1", e) for e in entries]
    detail = lambda root: h(b"weal/attribution/1", u(len(entries), 4), root)
    assert detail(merkle_root(leaves)) == unhex(c["detail"])
    named = [int(n) for n in re.findall(r"\[([1-9][0-9]{0,3})\]", c["text"])]
    assert cites == [named.count(n) for n in numbers]
    part = c["part"]
    assert part["count"] == len(entries) and detail(unhex(part["root"])) == unhex(c["detail"])
    for e in part["entries"]:
        place, root = merkle_climb(leaves[numbers.index(e["n"])], untext(e["path"]))
        assert e["asset"] == 10 and root == unhex(part["root"])


def claims(c):
    v = Reader(unhex(c["voucher"]), 184)
    v.take(56)
    total, ceiling, split, tick_root = v.int(16), v.int(16), v.take(32), v.take(32)
    claim, value, assets = c["claim"], 0, set()
    if "leaf" in claim:
        show(leaf_bytes(claim["leaf"]), untext(claim["leaf_path"]), split, total)
        value, assets = int(claim["leaf"]["amount"]), {claim["leaf"]["asset"]}
    if "tick" in claim:
        show(tick_bytes(claim["tick"]), untext(claim["tick_path"]), tick_root, ceiling)
        ticks(claim["tick"], claim["k"], unhex(claim["preimage"]))
        value += int(claim["tick"]["price"]) * claim["k"]
        assets.add(claim["tick"]["asset"])
    need(len(assets) == 1 and value <= MAX, "claim")
    if c["ok"]:
        assert assets == {c["asset"]} and value == int(c["value"])


def main():
    folder, count = pathlib.Path(__file__).parent, 0
    checks = dict(keys=keys, signatures=signatures, vouchers=vouchers, brought=brought, checkpoints=checkpoints,
                  trees=trees, paths=paths, ticks=ticks_case,
                  hashes=hashes, merkle=merkle, proofs=proofs, receipts=receipts, claims=claims,
                  sealed=sealed, attributions=attributions)
    assert {p.stem for p in folder.glob("*.json")} == set(checks)
    for name, check in checks.items():
        for c in json.loads((folder / f"{name}.json").read_text())["cases"]:
            ok = True
            try:
                check(c)
            except Wrong:
                ok = False
            assert ok == c.get("ok", True), f"{name}: {c['name']}"
            count += 1
    print(f"{count} cases hold")


if __name__ == "__main__":
    main()
