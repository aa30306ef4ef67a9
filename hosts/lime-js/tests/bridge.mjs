// Runs the example program of despertador-lime: lines of JSON in, lines of JSON out.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../../", import.meta.url));
const cargo = ["cargo", "run", "-q", "--locked", "-p", "despertador-lime", "--example", "bridge", "--"];
// An already built program can be given.
const [program, ...before] =
  process.env.DESPERTADOR_BRIDGE ? [process.env.DESPERTADOR_BRIDGE] : cargo;

function bridge(what, values) {
  const input = values.map((value) => `${JSON.stringify(value)}\n`).join("");
  const options = { cwd: repository, input, encoding: "utf8", maxBuffer: 1 << 26 };
  const output = execFileSync(program, [...before, what], options);
  return output.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

/** Envelopes of every kind that is written: `{ name, kind, envelope }`. */
export const written = () => bridge("write", []);

/** What each envelope means. */
export const meanings = (envelopes) => bridge("read", envelopes);

/** The answer to each command: done. */
export const answers = (commands) => bridge("answer", commands);
