#!/usr/bin/env node
/// <reference types="node" />
const wanted = 24;

if (Number.parseInt(process.versions.node, 10) < wanted) {
  console.error(`fanfare: needs Node ${wanted} or later, and this is ${process.versions.node}`);
  process.exit(1);
}
await import("../dist/cli/main.js");
