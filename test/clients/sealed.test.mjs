// HPKE of others opens what a vault seals, and the vectors are what it seals.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { file, open, written } from "./sealed.mjs";

test("the vectors of sealed releases are theirs", async () => {
  assert.equal(readFileSync(file, "utf8"), await written());
});

test("they open what is ok and nothing else", async () => {
  for (const c of JSON.parse(readFileSync(file, "utf8")).cases) {
    if (c.ok) assert.equal(await open(c), c.text, c.name);
    else await assert.rejects(open(c), c.name);
  }
});
