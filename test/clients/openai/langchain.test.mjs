// LangChain.js against the gateway: https://js.langchain.com
import assert from "node:assert/strict";
import { test } from "node:test";

import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { z } from "zod";

import { apiKey, baseURL, model, question } from "./home.mjs";

const settings = { model, apiKey, maxRetries: 0, configuration: { baseURL } };
const weather = tool(() => "21 degrees", {
  name: "get_weather",
  description: "Tells the weather in a city.",
  schema: z.object({ city: z.string() }),
});

for (const useResponsesApi of [false, true]) {
  const chat = new ChatOpenAI({ ...settings, useResponsesApi });
  const by = useResponsesApi ? "responses" : "chat completions";

  test(`by ${by} a question is answered`, async () => {
    const said = await chat.invoke(question);
    assert.match(said.text, /\[1\]/);
    assert.ok(said.usage_metadata.output_tokens > 0);
  });

  test(`by ${by} an answer is streamed`, async () => {
    let text = "";
    let whole;
    for await (const chunk of await chat.stream(question)) {
      text += chunk.text;
      whole = whole ? whole.concat(chunk) : chunk;
    }
    assert.match(text, /\[1\]/);
    assert.ok(whole.usage_metadata.output_tokens > 0);
  });

  test(`by ${by} a tool is called, and its answer is used`, async () => {
    const able = chat.bindTools([weather]);
    const first = await able.invoke([new HumanMessage(question)]);
    assert.equal(first.tool_calls.length, 1);
    assert.deepEqual(first.tool_calls[0].args, { city: "Zürich" });
    const second = await able.invoke([
      new HumanMessage(question), first, new ToolMessage({ content: "21 degrees", tool_call_id: first.tool_calls[0].id }),
    ]);
    assert.match(second.text, /21 degrees/);
  });

  test(`by ${by} a tool call is streamed`, async () => {
    let whole;
    for await (const chunk of await chat.bindTools([weather]).stream(question)) {
      whole = whole ? whole.concat(chunk) : chunk;
    }
    assert.deepEqual(whole.tool_calls.map((c) => [c.name, c.args]), [["get_weather", { city: "Zürich" }]]);
  });
}

test("an answer has the shape that was asked for", async () => {
  const shape = z.object({ city: z.string(), degrees: z.number() });
  const said = await new ChatOpenAI(settings).withStructuredOutput(shape, { name: "weather", method: "jsonSchema" }).invoke(question);
  assert.deepEqual(said, { city: "Zürich", degrees: 21 });
});

test("documents are embedded", async () => {
  for (const encodingFormat of [undefined, "float"]) { // undefined: OpenAI's package asks for base64 and unpacks it
    const vectors = await new OpenAIEmbeddings({ ...settings, encodingFormat }).embedDocuments(["first", "second text"]);
    assert.equal(vectors.length, 2, encodingFormat);
    assert.deepEqual([...vectors[0]], [5, 0.5, -1]);
  }
});
