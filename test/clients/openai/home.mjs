// What the tests of OpenAI's clients share: where the home's gateway is, its key, and
// what its model's upstream says. The upstream is scripted, in ../openai_test.go.
import assert from "node:assert/strict";

import { status } from "../chain.mjs";

export const gateway = status.assets.find((a) => a.role === "gateway").url;
export const baseURL = `${gateway}/v1`;
export const apiKey = status.api_key;
export const model = "weal";

/** question is one that the vault has passages for. */
export const question = "What is exposure?";
export const messages = [{ role: "user", content: question }];

/** weather is a tool as chat completions have it. */
export const weather = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Tells the weather in a city.",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false },
  },
};

/** cited checks that annotations mark their [n] in text, in code points. */
export const cited = (text, annotations) => {
  assert.ok(annotations.length > 0, text);
  for (const a of annotations) {
    assert.match([...text].slice(a.start_index, a.end_index).join(""), /^\[\d+\]$/);
    assert.match(a.url, /^weal:\/\/asset\/\d+\/version\/\d+\//);
    assert.ok(a.title.length > 0);
  }
};
