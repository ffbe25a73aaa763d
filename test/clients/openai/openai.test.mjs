// OpenAI's own package against the gateway: https://github.com/openai/openai-node
import assert from "node:assert/strict";
import { test } from "node:test";

import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";

import { apiKey, baseURL, cited, messages, model, question, weather } from "./home.mjs";

const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });

test("models are listed", async () => {
  const ids = [];
  for await (const m of client.models.list()) {
    ids.push(m.id);
  }
  assert.deepEqual(ids, [model]);
  assert.equal((await client.models.retrieve(model)).object, "model");
});

test("a completion cites, and says what it cost", async () => {
  const { data, response, request_id } = await client.chat.completions.create({ model, messages }).withResponse();
  const { message, finish_reason } = data.choices[0];
  assert.equal(finish_reason, "stop");
  assert.equal(message.refusal, null);
  cited(message.content, message.annotations.map((a) => a.url_citation));
  assert.equal(data.usage.total_tokens, data.usage.prompt_tokens + data.usage.completion_tokens);
  assert.equal(data.usage.prompt_tokens_details.cached_tokens, 0);
  assert.equal(response.headers.get("weal-cost"), `${data.usage.weal.cost} ${data.usage.weal.denom}`);
  assert.match(response.headers.get("weal-paid-to"), /^\d+=\d+(, \d+=\d+)+$/);
  assert.ok(Number(response.headers.get("weal-overhead-ms")) > 0);
  assert.equal(request_id, data.id);
});

test("a stream has its text, its usage and its citations", async () => {
  const stream = await client.chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } });
  let text = "";
  let finish;
  let annotations = [];
  let usage;
  for await (const chunk of stream) {
    assert.equal(chunk.object, "chat.completion.chunk");
    text += chunk.choices[0]?.delta.content ?? "";
    finish = chunk.choices[0]?.finish_reason ?? finish;
    annotations = chunk.choices[0]?.delta.annotations ?? annotations;
    usage = chunk.usage ?? usage;
  }
  assert.equal(finish, "stop");
  cited(text, annotations.map((a) => a.url_citation));
  assert.ok(usage.completion_tokens > 0);
  assert.ok(usage.weal.payees >= 3);
});

test("max_tokens ends an answer, and it says so", async () => {
  const long = [{ role: "user", content: `${question} Tell it at length.` }];
  const { choices } = await client.chat.completions.create({ model, messages: long, max_completion_tokens: 2 });
  assert.equal(choices[0].finish_reason, "length");
  assert.ok(choices[0].message.content.length <= 256, "no more than a tick pays for");
});

test("a tool is called, and its answer is used", async () => {
  const first = await client.chat.completions.create({ model, messages, tools: [weather], tool_choice: "auto" });
  const { message, finish_reason } = first.choices[0];
  assert.equal(finish_reason, "tool_calls");
  assert.equal(message.content, null);
  const [call] = message.tool_calls;
  assert.equal(call.function.name, "get_weather");
  assert.deepEqual(JSON.parse(call.function.arguments), { city: "Zürich" });
  const second = await client.chat.completions.create({
    model,
    tools: [weather],
    messages: [...messages, message, { role: "tool", tool_call_id: call.id, content: "21 degrees" }],
  });
  assert.match(second.choices[0].message.content, /21 degrees/);
});

test("a tool call is streamed", async () => {
  const runner = client.chat.completions.stream({ model, messages, tools: [weather] });
  const deltas = [];
  runner.on("tool_calls.function.arguments.delta", (e) => deltas.push(e.arguments_delta));
  const message = await runner.finalMessage();
  assert.equal(message.tool_calls.length, 1);
  assert.match(message.tool_calls[0].id, /^call_/);
  assert.equal(message.tool_calls[0].function.name, "get_weather");
  assert.deepEqual(JSON.parse(deltas.join("")), { city: "Zürich" });
  assert.deepEqual(JSON.parse(message.tool_calls[0].function.arguments), { city: "Zürich" });
});

test("a JSON schema reaches the model", async () => {
  const shape = z.object({ city: z.string(), degrees: z.number() });
  const { choices } = await client.chat.completions.parse({ model, messages, response_format: zodResponseFormat(shape, "weather") });
  assert.deepEqual(choices[0].message.parsed, { city: "Zürich", degrees: 21 });
});

test("what cannot be honoured is refused by name", async () => {
  const refused = (params, param) =>
    assert.rejects(client.chat.completions.create({ model, messages, ...params }), (e) => {
      assert.ok(e instanceof OpenAI.BadRequestError, `${e}`);
      assert.equal(e.param, param);
      assert.equal(e.type, "invalid_request_error");
      assert.equal(e.code, `unsupported_${param.replace(/.*\./, "")}`);
      return true;
    });
  await refused({ n: 2 }, "n");
  await refused({ logprobs: true }, "logprobs");
  await refused({ messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:," } }] }] }, "messages[0].content");
  await assert.rejects(client.chat.completions.create({ model: "gpt-4", messages }), OpenAI.NotFoundError);
  await assert.rejects(new OpenAI({ baseURL, apiKey: "wrong", maxRetries: 0 }).models.list().then(() => client.withOptions({ apiKey: "wrong" }).chat.completions.create({ model, messages })), OpenAI.AuthenticationError);
});

test("an error in mid stream is thrown", async () => {
  const stream = await client.chat.completions.create({ model, stream: true, messages: [...messages, { role: "user", content: `${question} Then break.` }] });
  let text = "";
  await assert.rejects(async () => {
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
    }
  }, (e) => e instanceof OpenAI.APIError && e.code === "upstream_refused");
  assert.ok(text.length > 0);
});

test("embeddings come in both encodings, and are the same", async () => {
  const input = ["first", "second text"];
  const packed = await client.embeddings.create({ model, input }); // asks for base64 and unpacks it
  const floats = await client.embeddings.create({ model, input, encoding_format: "float" });
  const raw = await client.embeddings.create({ model, input, encoding_format: "base64" });
  assert.equal(floats.data.length, 2);
  assert.deepEqual(floats.data[0].embedding, [5, 0.5, -1]);
  assert.deepEqual(packed.data.map((d) => [...d.embedding]), floats.data.map((d) => d.embedding));
  assert.equal(typeof raw.data[0].embedding, "string");
  assert.equal(floats.usage.prompt_tokens, 4);
  assert.ok(BigInt(floats.usage.weal.cost) > 0n);
  await assert.rejects(client.embeddings.create({ model, input: [[1, 2, 3]] }), (e) => e.code === "token_ids" && /check_embedding_ctx_length/.test(e.message));
});

test("documents are reranked", async () => {
  const ask = (body) =>
    fetch(`${baseURL}/rerank`, { method: "POST", headers: { Authorization: `Bearer ${apiKey}`, "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const response = await ask({ model, query: "longest", documents: ["a", "abc", { text: "ab" }], top_n: 2, return_documents: true });
  assert.equal(response.status, 200);
  const { results } = await response.json();
  assert.deepEqual(results.map((r) => [r.index, r.document.text]), [[1, "abc"], [2, "ab"]]);
});

test("a response has text, citations and usage", async () => {
  const r = await client.responses.create({ model, input: question, instructions: "Be brief." });
  assert.equal(r.status, "completed");
  cited(r.output_text, r.output[0].content[0].annotations);
  assert.equal(r.usage.total_tokens, r.usage.input_tokens + r.usage.output_tokens);
  await assert.rejects(client.responses.create({ model, input: question, previous_response_id: r.id }), (e) => e.status === 400 && e.param === "previous_response_id");
});

test("a response is streamed", async () => {
  const stream = client.responses.stream({ model, input: [{ role: "user", content: [{ type: "input_text", text: question }] }] });
  const seen = new Set();
  let text = "";
  stream.on("event", (e) => seen.add(e.type));
  stream.on("response.output_text.delta", (e) => (text += e.delta));
  const final = await stream.finalResponse();
  assert.equal(final.output_text, text);
  cited(text, final.output[0].content[0].annotations);
  for (const type of ["response.created", "response.output_item.added", "response.content_part.added", "response.output_text.done", "response.completed"]) {
    assert.ok(seen.has(type), type);
  }
});

test("a response calls a tool, and goes on with its output", async () => {
  const tools = [{ type: "function", name: "get_weather", parameters: weather.function.parameters, strict: true }];
  const input = [{ role: "user", content: question }];
  const stream = client.responses.stream({ model, input, tools });
  const first = await stream.finalResponse();
  const call = first.output.find((o) => o.type === "function_call");
  assert.deepEqual(JSON.parse(call.arguments), { city: "Zürich" });
  const second = await client.responses.create({
    model, tools, input: [...input, call, { type: "function_call_output", call_id: call.call_id, output: "21 degrees" }],
  });
  assert.match(second.output_text, /21 degrees/);
});
