// What the tests of all libraries share: the binary, the running home, and the
// ABIs as the repository publishes them.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const { WEAL_BIN: binary, WEAL_HOME: home } = process.env;
if (!binary || !home) {
  throw new Error("run this by: go test -tags clients ./test/clients");
}

/** weal runs a command in the home and returns what it prints. */
export const weal = (...args) => execFileSync(binary, [...args, "--home", home], { encoding: "utf8" });

/** wealJSON runs a command in the home and returns the JSON value it prints. */
export const wealJSON = (...args) => JSON.parse(weal(...args, "--output", "json"));

/** abi is the interface of a contract: IWealAssets, IWealCollections, … */
export const abi = (name) => JSON.parse(readFileSync(join(here, `../../precompile/solidity/${name}.json`), "utf8"));

/** secret is the private key of one of the home's accounts, as a wallet imports it. */
export const secret = (name) => "0x" + readFileSync(join(home, "keys", name), "utf8").trim();

export const status = wealJSON("status");
export const eip3085 = JSON.parse(weal("wallet", "eip3085"));

export const assets = "0x0000000000000000000000000000000000003525";
export const collections = "0x0000000000000000000000000000000000003526";

/** registration is an asset of 100 units; more replaces parts of it. */
export const registration = (more = {}) => ({
  kind: 1,
  manifest: "0x" + "01".repeat(32),
  uri: "https://example.org/manifest.json",
  root: "0x" + "00".repeat(32),
  key: "0xd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", // RFC 8032, test 1
  units: 100n,
  prices: [{ unit: "passage", denom: "aweal", amount: 5n, tokens: 0, band: 0 }],
  denoms: ["aweal"],
  parents: [],
  licence: {
    kind: 0,
    royalty: 0,
    closed: false,
    collection: "0x" + "00".repeat(20),
    slots: [],
    terms: "0x" + "00".repeat(32),
    termsUri: "",
  },
  resale: 0,
  ...more,
});

/**
 * earn has the home's payer ask a question and everyone who contributed settle
 * it, so that their shares have something to claim.
 */
export const earn = () => {
  weal("ask", "What is exposure?");
  return wealJSON("settle");
};
