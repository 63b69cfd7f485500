// Bytes of the events on standard input (one JSON text a line) as @rrweb/packer keeps them.
const { pack } = require("@rrweb/packer");

let bytes = 0;
const lines = require("node:readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
  bytes += Buffer.byteLength(JSON.stringify(pack(JSON.parse(line))));
});
lines.on("close", () => console.log(bytes));
