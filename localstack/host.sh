#!/bin/sh
# Runs LocalStack without Docker until a signal: README.md.
cd "$(dirname "$0")/.." && exec node_modules/.bin/node localstack/host.ts
