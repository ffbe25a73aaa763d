// What is sealed to a buyer, made with HPKE of others: spec/vectors/sealed.json.
// `node sealed.mjs` writes the file anew.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";

export const file = fileURLToPath(new URL("../../spec/vectors/sealed.json", import.meta.url));

export const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() });
export const info = new TextEncoder().encode("weal/release/sealed/1");
const block = 1024;

const hex = (b) => Buffer.from(b).toString("hex");
const unhex = (s) => new Uint8Array(Buffer.from(s, "hex"));
const filled = (n, byte) => new Uint8Array(n).fill(byte);

// pair derives a key pair from 32 bytes.
async function pair(byte) {
  const kp = await suite.kem.deriveKeyPair(filled(32, byte).buffer);
  return {
    publicKey: kp.publicKey,
    secret: hex(await suite.kem.serializePrivateKey(kp.privateKey)),
    key: hex(await suite.kem.serializePublicKey(kp.publicKey)),
  };
}

// fill is text up to the next multiple of a block.
export const fill = (text) => {
  const n = new TextEncoder().encode(text).length;
  return text + " ".repeat((block - (n % block)) % block);
};

// seal returns enc, ciphertext and tag; the same for the same byte.
async function seal(to, byte, order, text) {
  const sender = await suite.createSenderContext({
    recipientPublicKey: to.publicKey, info, ekm: await suite.kem.deriveKeyPair(filled(32, byte).buffer),
  });
  const box = await sender.seal(new TextEncoder().encode(text), order);
  return hex(sender.enc) + hex(box);
}

// open opens what is sealed in a case, or throws.
export async function open(c) {
  const box = unhex(c.sealed);
  const recipient = await suite.createRecipientContext({
    recipientKey: await suite.kem.importKey("raw", unhex(c.secret), false), info, enc: box.slice(0, 32),
  });
  return new TextDecoder().decode(await recipient.open(box.slice(32), unhex(c.order)));
}

export async function vectors() {
  const mine = await pair(1), other = await pair(2);
  const order = filled(32, 7), text = fill('{"text":"Äpfel are red"}'), long = fill("x".repeat(1500)), even = fill("y".repeat(1024));
  const box = await seal(mine, 3, order, text);
  const at = (i) => box.slice(0, i) + (box[i] === "0" ? "1" : "0") + box.slice(i + 1);
  const make = (name, sealed, text, more = {}) =>
    ({ name, secret: mine.secret, key: mine.key, order: hex(order), sealed, ...(text === undefined ? {} : { text }), ok: text !== undefined, ...more });
  return {
    about: "What is sealed to a key for an order, by HPKE: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM. `sealed` is the encapsulated key, the ciphertext and the tag; `text` has the spaces that it was filled up with. Made by @hpke/core.",
    cases: [
      make("one block", box, text),
      make("two blocks", await seal(mine, 4, order, long), long),
      make("a text that fills its block", await seal(mine, 5, order, even), even),
      make("another order", box, undefined, { order: hex(filled(32, 8)) }),
      make("another key", await seal(other, 6, order, text)),
      make("another encapsulated key", at(10)),
      make("a changed ciphertext", at(100)),
      make("a changed tag", at(box.length - 1)),
      make("cut short", box.slice(0, -2)),
      make("no tag", box.slice(0, 94)),
      make("nothing", ""),
      make("sealed with a key of low order", "00".repeat(32) + box.slice(64)),
    ],
  };
}

export const written = async () => JSON.stringify(await vectors(), null, 1) + "\n";

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(file, await written());
