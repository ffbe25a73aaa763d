// Starts a command of the binary that serves until the test is over.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { after } from "node:test";

const { WEAL_BIN: binary, WEAL_HOME: home } = process.env;

/** freePort is a port that nobody listens on. */
const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

/** serve starts `weal COMMAND --listen 127.0.0.1:PORT ...args`, and returns its address. */
export const serve = async (command, ...args) => {
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(binary, [...command, "--listen", address, ...args, "--home", home], { stdio: ["ignore", "ignore", "pipe"] });
  after(() => child.kill("SIGTERM"));
  let said = "";
  await new Promise((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text) => {
      said += text;
      if (said.includes("stop with Ctrl-C")) resolve();
    });
    child.once("exit", (code) => reject(new Error(`weal ${command} ended with ${code}: ${said}`)));
  });
  return `http://${address}`;
};
