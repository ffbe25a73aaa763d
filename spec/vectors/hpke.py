"""Opens what is sealed by HPKE (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
AES-128-GCM, base mode. Written to be read, with nothing but the standard library; it
is not fast, and takes no care of its secrets.
"""
import hashlib
import hmac

P = 2**255 - 19
KEM, SUITE = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x01"


def x25519(secret, u):
    """RFC 7748, section 5."""
    k = bytearray(secret)
    k[0], k[31] = k[0] & 248, k[31] & 127 | 64
    n, x1 = int.from_bytes(k, "little"), int.from_bytes(u, "little") & (1 << 255) - 1
    x2, z2, x3, z3, swap = 1, 0, x1, 1, 0
    for t in reversed(range(255)):
        bit = n >> t & 1
        if swap ^ bit:
            x2, z2, x3, z3 = x3, z3, x2, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        da, cb, aa, bb = d * a % P, c * b % P, a * a % P, b * b % P
        x3, z3 = (da + cb) ** 2 % P, x1 * (da - cb) ** 2 % P
        e = aa - bb
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def extract(suite, salt, label, ikm):
    return hmac.new(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, hashlib.sha256).digest()


def expand(suite, prk, label, info, n):
    info, out, block = n.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info, b"", b""
    while len(out) < n:
        block = hmac.new(prk, block + info + bytes([len(out) // 32 + 1]), hashlib.sha256).digest()
        out += block
    return out[:n]


def double(a):
    return a << 1 ^ (0x11B if a & 0x80 else 0)


def sbox():
    """FIPS 197, section 5.1.1, by powers of 3."""
    box, p, q = [0x63] * 256, 1, 1
    while True:
        p ^= double(p)
        for shift in 1, 2, 4:
            q ^= q << shift
        q &= 255
        q ^= 0x09 if q & 0x80 else 0
        x = q ^ (q << 1 | q >> 7) ^ (q << 2 | q >> 6) ^ (q << 3 | q >> 5) ^ (q << 4 | q >> 4)
        box[p] = (x ^ 0x63) & 255
        if p == 1:
            return box


BOX = sbox()


def schedule(key):
    words, rcon = [key[i:i + 4] for i in range(0, 16, 4)], 1
    for i in range(4, 44):
        w = words[-1]
        if i % 4 == 0:
            w = bytes([BOX[w[1]] ^ rcon, BOX[w[2]], BOX[w[3]], BOX[w[0]]])
            rcon = double(rcon)
        words.append(bytes(a ^ b for a, b in zip(words[i - 4], w)))
    return [b"".join(words[i:i + 4]) for i in range(0, 44, 4)]


def aes(keys, b):
    s = [x ^ k for x, k in zip(b, keys[0])]
    for r in range(1, 11):
        s = [BOX[s[(i + 4 * (i % 4)) % 16]] for i in range(16)]
        if r < 10:
            mixed = []
            for c in range(0, 16, 4):
                a, every = s[c:c + 4], s[c] ^ s[c + 1] ^ s[c + 2] ^ s[c + 3]
                mixed += [a[i] ^ every ^ double(a[i] ^ a[(i + 1) % 4]) for i in range(4)]
            s = mixed
        s = [x ^ k for x, k in zip(s, keys[r])]
    return bytes(s)


def ghash(h, data):
    h, y = int.from_bytes(h, "big"), 0
    for i in range(0, len(data), 16):
        y ^= int.from_bytes(data[i:i + 16], "big")
        z, v = 0, h
        for bit in range(127, -1, -1):
            if y >> bit & 1:
                z ^= v
            v = v >> 1 ^ (0xE1 << 120 if v & 1 else 0)
        y = z
    return y.to_bytes(16, "big")


def gcm_open(key, nonce, box, aad):
    """NIST SP 800-38D; None if the tag is not that of the text."""
    text, tag = box[:-16], box[-16:]
    keys = schedule(key)

    def pad(b):
        return b + bytes(-len(b) % 16)

    s = ghash(aes(keys, bytes(16)), pad(aad) + pad(text) + (8 * len(aad)).to_bytes(8, "big") + (8 * len(text)).to_bytes(8, "big"))

    def mask(n):
        return aes(keys, nonce + n.to_bytes(4, "big"))

    if bytes(a ^ b for a, b in zip(s, mask(1))) != tag:
        return None
    stream = b"".join(mask(2 + i) for i in range((len(text) + 15) // 16))
    return bytes(a ^ b for a, b in zip(text, stream))


def open_base(secret, info, aad, box):
    """What box, the encapsulated key and what follows it, has sealed; None if it does not open."""
    if len(box) < 48:
        return None
    enc, box = box[:32], box[32:]
    shared = x25519(secret, enc)
    if shared == bytes(32):
        return None
    prk = extract(KEM, b"", b"eae_prk", shared)
    shared = expand(KEM, prk, b"shared_secret", enc + x25519(secret, bytes([9]) + bytes(31)), 32)
    context = b"\x00" + extract(SUITE, b"", b"psk_id_hash", b"") + extract(SUITE, b"", b"info_hash", info)
    secret = extract(SUITE, shared, b"secret", b"")
    return gcm_open(expand(SUITE, secret, b"key", context, 16), expand(SUITE, secret, b"base_nonce", context, 12), box, aad)
