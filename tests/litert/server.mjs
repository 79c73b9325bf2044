// Runs .tflite models for the tests: one process for many models, since starting a runtime takes longer than most of them.
//
// Messages on standard input and output are alike: the length of a JSON header (uint32, little-endian), the header, then the blobs whose
// lengths the header's "sizes" give. Requests:
//   {op: "load", engine: "litert" | "tflite"}, [model]   -> {id, inputs, outputs, delegated}
//   {op: "run", id}, [a blob an input, in that order]    -> {}, [a blob an output]
//   {op: "unload", id}                                   -> {}
// What fails is answered by {error} with the runtime's own words.

import fs from 'node:fs';
import { LiteRt, TFLite, check } from './engines.mjs';
import { describe } from './flatbuffer.mjs';

const kinds = { litert: LiteRt, tflite: TFLite };
const engines = {};
const models = new Map();
const messages = [];
let next = 1;

const log = (...words) => messages.push(words.join(' '));
const errors = () => messages.filter(m => /error/iu.test(m));

function readExactly(length) {
  const buffer = Buffer.allocUnsafe(length);
  for (let done = 0; done < length;) {
    let count;
    try {
      count = fs.readSync(0, buffer, done, length - done, null);
    } catch (e) {
      if (e.code === 'EAGAIN') {
        continue;
      }

      throw e;
    }

    if (count === 0) {
      return null;
    }

    done += count;
  }

  return buffer;
}

function receive() {
  const length = readExactly(4);
  if (length === null) {
    return null;
  }

  const header = JSON.parse(readExactly(length.readUInt32LE()).toString('utf8'));
  return { ...header, blobs: (header.sizes ?? []).map(readExactly) };
}

function writeAll(buffer) {
  for (let done = 0; done < buffer.length;) {
    try {
      done += fs.writeSync(1, buffer, done);
    } catch (e) {
      if (e.code !== 'EAGAIN') {
        throw e;
      }
    }
  }
}

function send(header, blobs = []) {
  const text = Buffer.from(JSON.stringify({ ...header, sizes: blobs.map(b => b.length) }), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  [length, text, ...blobs].forEach(writeAll);
}

async function answer(request) {
  messages.length = 0;
  if (request.op === 'load') {
    const engine = engines[request.engine] ??= await kinds[request.engine].start(log);
    const model = await engine.load(request.blobs[0], describe(request.blobs[0]));
    const id = next++;
    models.set(id, model);
    send({ id, inputs: model.inputs, outputs: model.outputs, delegated: model.delegated });
  } else if (request.op === 'run') {
    const model = models.get(request.id);
    check(model, request.blobs);
    const results = await model.run(request.blobs);
    if (errors().length > 0) {
      // The runtime may tell a failed run in its log alone and hand out memory that nothing wrote.
      throw new Error('the run failed');
    }

    send({}, results);
  } else {
    models.get(request.id).unload();
    models.delete(request.id);
    send({});
  }
}

for (let request = receive(); request !== null; request = receive()) {
  try {
    await answer(request);
  } catch (e) {
    send({ error: [e.message ?? String(e), ...errors()].join('\n') });
  }
}
