// Vercel's AI SDK against the gateway: https://ai-sdk.dev
import assert from "node:assert/strict";
import { test } from "node:test";

import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { embedMany, generateText, Output, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

import { apiKey, baseURL, model, question } from "./home.mjs";

const openai = createOpenAI({ baseURL, apiKey });
const compatible = createOpenAICompatible({ name: "weal", baseURL, apiKey, includeUsage: true, supportsStructuredOutputs: true });
const tools = {
  get_weather: tool({
    description: "Tells the weather in a city.",
    inputSchema: z.object({ city: z.string() }),
    execute: async () => "21 degrees",
  }),
};
// Nothing is stored at the gateway, so that a conversation is sent whole.
const providerOptions = { openai: { store: false } };

for (const [by, writer] of [["chat", openai.chat(model)], ["responses", openai.responses(model)], ["openai-compatible", compatible(model)]]) {
  test(`by ${by} a question is answered`, async () => {
    const said = await generateText({ model: writer, prompt: question, maxRetries: 0, providerOptions });
    assert.match(said.text, /\[1\]/);
    assert.equal(said.finishReason, "stop");
    assert.ok(said.usage.outputTokens > 0);
  });

  test(`by ${by} an answer is streamed`, async () => {
    const stream = streamText({ model: writer, prompt: question, maxRetries: 0, providerOptions });
    let text = "";
    for await (const piece of stream.textStream) {
      text += piece;
    }
    assert.match(text, /\[1\]/);
    assert.equal(await stream.finishReason, "stop");
    assert.ok((await stream.usage).outputTokens > 0);
  });

  test(`by ${by} a tool is called, and its answer is used`, async () => {
    const said = await generateText({ model: writer, prompt: question, tools, stopWhen: stepCountIs(3), maxRetries: 0, providerOptions });
    assert.equal(said.steps.length, 2);
    assert.deepEqual(said.steps[0].toolCalls.map((c) => c.input), [{ city: "Zürich" }]);
    assert.match(said.text, /21 degrees/);
  });

  test(`by ${by} a tool call is streamed`, async () => {
    const stream = streamText({ model: writer, prompt: question, tools, stopWhen: stepCountIs(3), maxRetries: 0, providerOptions });
    const calls = [];
    for await (const part of stream.fullStream) {
      if (part.type === "tool-call") {
        calls.push(part.input);
      }
      assert.notEqual(part.type, "error", JSON.stringify(part));
    }
    assert.deepEqual(calls, [{ city: "Zürich" }]);
    assert.match(await stream.text, /21 degrees/);
  });

  test(`by ${by} an answer has the shape that was asked for`, async () => {
    const shape = z.object({ city: z.string(), degrees: z.number() });
    const said = await generateText({ model: writer, prompt: question, output: Output.object({ schema: shape }), maxRetries: 0, providerOptions });
    assert.deepEqual(said.output, { city: "Zürich", degrees: 21 });
  });
}

for (const [by, embedder] of [["openai", openai.embedding(model)], ["openai-compatible", compatible.embeddingModel(model)]]) {
  test(`by ${by} texts are embedded`, async () => {
    const { embeddings } = await embedMany({ model: embedder, values: ["first", "second text"], maxRetries: 0 });
    assert.deepEqual(embeddings[0], [5, 0.5, -1]);
  });
}

test("a refusal is told", async () => {
  await assert.rejects(generateText({ model: openai.chat("gpt-4"), prompt: question, maxRetries: 0 }), /there is no model/);
});
