// The conformance suite of the Model Context Protocol imports fs.globSync, which Node has
// from version 22, for a command that is not used here. This lets it start with Node 20.
import { register } from "node:module";

const fs = `data:text/javascript,${encodeURIComponent(`
  export * from "node:fs";
  export { default } from "node:fs";
  export const globSync = () => { throw new Error("needs Node 22"); };
`)}`;
const hook = `
  export const resolve = (specifier, context, next) =>
    specifier === "fs" && context.parentURL?.includes("/@modelcontextprotocol/conformance/")
      ? { url: ${JSON.stringify(fs)}, shortCircuit: true }
      : next(specifier, context);
`;
if (Number(process.versions.node.split(".")[0]) < 22) {
  register(`data:text/javascript,${encodeURIComponent(hook)}`);
}
