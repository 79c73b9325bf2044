// Runs .tflite models in Google's own runtime: one process for many models, since starting a runtime takes longer than most of them.
//
// Messages on standard input and output are alike: the length of a JSON header (uint32, little-endian), the header, then the blobs whose
// lengths the header's "sizes" give. Requests:
//   {op: "load", engine: "litert" | "tflite", profile}, [model] -> {id, inputs, outputs, delegated}
//   {op: "run", id}, [a blob an input, in that order]    -> {}, [a blob an output]
//   {op: "time", id, runs, seconds, longest, warmUps, warmUpSeconds}, [a blob an input]  (engine litert only)
//                                                        -> {loadMs, firstMs, warmUpMs, times: [ms], grown, peak} (bytes of resident memory)
//   {op: "profile", id, runs}, [a blob an input]  (engine tflite, loaded with profile: true)
//                                                        -> {summary} (the profiler's tables as text)
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

const milliseconds = from => Number(process.hrtime.bigint() - from) / 1e6;

async function invoke(model) {
  const from = process.hrtime.bigint();
  await model.invoke();
  return milliseconds(from);
}

// As benchmark_model does: at least so many runs and so many seconds, at most the longest.
async function repeat(model, runs, seconds, longest) {
  const from = process.hrtime.bigint();
  const times = [];
  while ((times.length < runs || milliseconds(from) < seconds * 1e3) && milliseconds(from) <= longest * 1e3) {
    times.push(await invoke(model));
  }

  return times;
}

async function time(model, request) {
  check(model, request.blobs);
  model.write(request.blobs);
  const firstMs = await invoke(model);
  const grown = process.memoryUsage().rss - model.rssBefore;
  const warm = await repeat(model, request.warmUps, request.warmUpSeconds, request.longest);
  const times = await repeat(model, request.runs, request.seconds, request.longest);
  const warmUpMs = warm.length === 0 ? 0 : warm.reduce((a, b) => a + b, 0) / warm.length;
  return { loadMs: model.loadMs, firstMs, warmUpMs, times, grown, peak: process.resourceUsage().maxRSS * 1024 };
}

async function answer(request) {
  messages.length = 0;
  if (request.op === 'load') {
    const engine = engines[request.engine] ??= await kinds[request.engine].start(log);
    const rssBefore = process.memoryUsage().rss;
    const from = process.hrtime.bigint();
    const model = await engine.load(request.blobs[0], describe(request.blobs[0]), request.profile);
    Object.assign(model, { rssBefore, loadMs: milliseconds(from) });
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
  } else if (request.op === 'time') {
    const result = await time(models.get(request.id), request);
    if (errors().length > 0) {
      throw new Error('a run failed');
    }

    send(result);
  } else if (request.op === 'profile') {
    const model = models.get(request.id);
    check(model, request.blobs);
    send({ summary: model.profile(request.blobs, request.runs) });
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
