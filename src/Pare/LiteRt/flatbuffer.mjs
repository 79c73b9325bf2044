// Names, types and shapes of a .tflite file's inputs and outputs: as much of FlatBuffers as that takes.

const TYPES = ['float32', 'float16', 'int32', 'uint8', 'int64', 'string', 'bool', 'int16', 'complex64', 'int8', 'float64',
  'complex128', 'uint64', 'resource', 'variant', 'uint32', 'uint16', 'int4', 'bfloat16', 'int2', 'uint4'];

/** The field of a table: its position in the buffer, or 0 where it is absent. */
function field(view, table, index) {
  const vtable = table - view.getInt32(table, true);
  const entry = 4 + index * 2;
  if (entry >= view.getUint16(vtable, true)) {
    return 0;
  }

  const distance = view.getUint16(vtable + entry, true);
  return distance === 0 ? 0 : table + distance;
}

const follow = (view, position) => position + view.getUint32(position, true);

function list(view, table, index, width, read) {
  const position = field(view, table, index);
  if (position === 0) {
    return [];
  }

  const start = follow(view, position);
  return Array.from({ length: view.getUint32(start, true) }, (_, i) => read(start + 4 + i * width));
}

const tables = (view, table, index) => list(view, table, index, 4, p => follow(view, p));
const integers = (view, table, index) => list(view, table, index, 4, p => view.getInt32(p, true));
const number = (view, table, index) => { const p = field(view, table, index); return p === 0 ? 0 : view.getUint32(p, true); };
const text = (view, table, index) => Buffer.from(list(view, table, index, 1, p => view.getUint8(p))).toString('utf8');

/** Subgraphs with tensors, inputs and outputs; signatures with the tensors they name. */
export function describe(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 || bytes.toString('latin1', 4, 8) !== 'TFL3') {
    throw new Error('this is no .tflite file: bytes 4 to 7 are not TFL3');
  }

  const model = follow(view, 0);
  const named = (table, index) => tables(view, table, index).map(t => ({ name: text(view, t, 0), tensor: number(view, t, 1) }));
  return {
    graphs: tables(view, model, 2).map(graph => ({
      tensors: tables(view, graph, 0).map(t => {
        const type = field(view, t, 1);
        const shape = integers(view, t, 0);
        return { name: text(view, t, 3), dtype: TYPES[type === 0 ? 0 : view.getInt8(type)], shape, shapeSignature: integers(view, t, 7) };
      }),
      inputs: integers(view, graph, 1),
      outputs: integers(view, graph, 2),
    })),
    signatures: tables(view, model, 7).map(s => ({ inputs: named(s, 0), outputs: named(s, 1), key: text(view, s, 2), graph: number(view, s, 4) })),
  };
}
