// Compiles the reference implementation of ERC-3525 from its npm package and
// writes its creation code and ABI beside this file, or into the directory that
// is named. See README.md.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const solc = require("solc");
const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? here;

const name = "ERC3525Burnable";
const path = `@solvprotocol/erc-3525/${name}.sol`;
const source = (file) => readFileSync(join(here, "node_modules", file), "utf8");

const input = {
  language: "Solidity",
  sources: { [path]: { content: source(path) } },
  settings: {
    optimizer: { enabled: true, runs: 200 },
    evmVersion: "prague",
    // Without the hash of the sources at its end, equal code is equal bytes.
    metadata: { appendCBOR: false, bytecodeHash: "none" },
    outputSelection: { [path]: { [name]: ["abi", "evm.bytecode.object"] } },
  },
};
const compiled = JSON.parse(
  solc.compile(JSON.stringify(input), {
    import: (file) => {
      try {
        return { contents: source(file) };
      } catch (e) {
        return { error: e.message };
      }
    },
  }),
);
const errors = (compiled.errors ?? []).filter((e) => e.severity === "error");
if (errors.length > 0) {
  throw new Error(errors.map((e) => e.formattedMessage).join("\n"));
}
const contract = compiled.contracts[path][name];
mkdirSync(out, { recursive: true });
writeFileSync(join(out, `${name}.hex`), contract.evm.bytecode.object + "\n");
writeFileSync(join(out, `${name}.abi.json`), JSON.stringify(contract.abi, null, 2) + "\n");
console.log(`${name}: ${contract.evm.bytecode.object.length / 2} bytes, solc ${solc.version()}`);
