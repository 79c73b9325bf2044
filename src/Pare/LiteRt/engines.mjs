// The two runtimes under Node: their Emscripten modules, evaluated as CommonJS (one package declares itself an ES module, which a plain require refuses).

import fs from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { createRequire } from 'node:module';

// The packages lie where the process was started, not beside this file.
const require = createRequire(path.join(process.cwd(), 'index.js'));

function wasm(name, file) {
  const folder = require.resolve.paths(name).map(p => path.join(p, name, 'wasm')).find(p => fs.existsSync(p));
  if (folder === undefined) {
    throw new Error(`the package ${name} is missing in ${process.cwd()}: npm install ${name}`);
  }

  return path.join(folder, file);
}

function evaluate(file) {
  const module = { exports: {} };
  const script = vm.runInThisContext(`(function (exports, require, module, __filename, __dirname) {${fs.readFileSync(file, 'utf8')}\n})`, { filename: file });
  script(module.exports, createRequire(file), module, file, path.dirname(file));
  return module.exports;
}

function drain(vector) {
  const items = Array.from({ length: vector.size() }, (_, i) => vector.get(i));
  vector.delete();
  return items;
}

function copyIn(module, bytes) {
  const address = module._malloc(bytes.length);
  if (address === 0) {
    throw new Error(`the runtime has no ${bytes.length} bytes left`);
  }

  module.HEAPU8.set(bytes, address);
  return address;
}

const BITS = { float16: 16, int16: 16, uint16: 16, bfloat16: 16, uint8: 8, int8: 8, bool: 8, int4: 4, uint4: 4, int2: 2, int64: 64, uint64: 64, float64: 64 };
const bytesOf = t => Math.ceil(t.shape.reduce((a, b) => a * b, 1) * (BITS[t.dtype] ?? 32) / 8);

/** LiteRT's compiled model on the CPU (XNNPACK). The build without relaxed SIMD gives the same numbers on every machine. */
export class LiteRt {
  static async start(log) {
    const engine = new LiteRt();
    engine.module = await evaluate(wasm('@litertjs/core', 'litert_wasm_compat_internal.js'))({ print: log, printErr: log });
    engine.module.setupLogging();
    engine.environment = engine.module.LiteRtEnvironment.create(null);
    return engine;
  }

  async load(bytes, info) {
    const m = this.module;
    const address = copyIn(m, bytes);
    const model = m.loadModel(this.environment, address, bytes.length);
    const compiled = await m.compileModel(this.environment, model, { accelerator: 'wasm', cpuOptions: { numThreads: 1 }, gpuOptions: {}, webNNOptions: {} });
    const signature = model.getSignature(0);
    const declared = info.signatures.find(s => s.key === signature.key());
    const graph = info.graphs[declared?.graph ?? 0];
    const match = (names, entries, order) => names.map((name, i) => ({ signatureName: name, ...graph.tensors[entries?.find(e => e.name === name)?.tensor ?? order[i]] }));
    const inputs = match(drain(signature.inputNames()), declared?.inputs, graph.inputs);
    const outputs = match(drain(signature.outputNames()), declared?.outputs, graph.outputs);
    signature.delete();
    const buffers = inputs.map((t, i) => {
      const declaredType = model.getInputTensorType(0, i);
      const extents = new m.VectorInt32();
      t.shape.forEach(d => extents.push_back(d));
      const layout = m.LiteRtLayout.create(extents);
      const type = m.LiteRtRankedTensorType.create(declaredType.elementType(), layout);
      const buffer = m.LiteRtTensorBuffer.createManaged(this.environment, m.LiteRtTensorBufferType.HOST_MEMORY, type, bytesOf(t));
      [extents, layout, type, declaredType].forEach(x => x.delete());
      return buffer;
    });

    return {
      inputs,
      outputs,
      delegated: compiled.isFullyAccelerated(),
      async run(data) {
        this.write(data);
        return (await compiled.run(0, buffers)).map(buffer => {
          const at = buffer.lock(m.LiteRtTensorBufferLockMode.READ);
          const result = Buffer.from(m.HEAPU8.slice(at, at + buffer.packedSize()));
          buffer.unlock();
          buffer.delete();
          return result;
        });
      },
      write(data) {
        buffers.forEach((buffer, i) => {
          m.HEAPU8.set(data[i], buffer.lock(m.LiteRtTensorBufferLockMode.WRITE));
          buffer.unlock();
        });
      },
      async invoke() {
        (await compiled.run(0, buffers)).forEach(buffer => buffer.delete());
      },
      unload() {
        [...buffers, compiled, model].forEach(x => x.delete());
        m._free(address);
      },
    };
  }
}

/** The TensorFlow Lite interpreter with XNNPACK. Unlike LiteRT it tells the shapes that outputs took. */
export class TFLite {
  static async start(log) {
    const engine = new TFLite();
    const script = wasm('@tensorflow/tfjs-tflite', 'tflite_web_api_cc_simd.js');
    engine.module = await evaluate(script)({ wasmBinary: fs.readFileSync(script.replace(/js$/u, 'wasm')), print: log, printErr: log });
    return engine;
  }

  async load(bytes, info, profile = false) {
    const m = this.module;
    const address = copyIn(m, bytes);
    const status = m.TFLiteWebModelRunner.CreateFromBufferAndOptions(address, bytes.length, { numThreads: 1, enableProfiling: profile, maxProfilingBufferEntries: profile ? 1 << 18 : 0 });
    if (!status.ok()) {
      throw new Error(status.errorMessage());
    }

    const runner = status.value();
    const graph = info.graphs[0];
    const shape = t => t.shape === '' ? [] : t.shape.split(',').map(Number);
    const inputs = drain(runner.GetInputs());
    const outputs = drain(runner.GetOutputs());
    const view = t => { const d = t.data(); return new Uint8Array(d.buffer, d.byteOffset, d.byteLength); };
    const match = t => ({ signatureName: graph.tensors[t.id].name, ...graph.tensors[t.id], shape: shape(t) });
    return {
      inputs: inputs.map(match),
      outputs: outputs.map(match),
      delegated: false,
      async run(data) {
        inputs.forEach((t, i) => view(t).set(data[i]));
        if (!runner.Infer()) {
          throw new Error('the interpreter could not run the model');
        }

        return outputs.map(t => Buffer.from(view(t).slice()));
      },
      profile(data, runs) {
        inputs.forEach((t, i) => view(t).set(data[i]));
        for (let i = 0; i < runs; i++) {
          if (!runner.Infer()) {
            throw new Error('the interpreter could not run the model');
          }
        }

        return runner.GetProfilingSummary();
      },
      unload() {
        runner.delete();
        m._free(address);
      },
    };
  }
}

export const check = (model, data) => {
  if (data.length !== model.inputs.length) {
    throw new Error(`the model has ${model.inputs.length} inputs, ${data.length} tensors were given`);
  }

  data.forEach((d, i) => {
    if (d.length !== bytesOf(model.inputs[i])) {
      throw new Error(`input ${i} ('${model.inputs[i].name}') takes ${bytesOf(model.inputs[i])} bytes, ${d.length} were given`);
    }
  });
};
