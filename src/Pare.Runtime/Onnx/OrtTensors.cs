using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Pare.Runtime;

/// <summary>Tensors to and from ONNX Runtime. Inputs are lent without copying where they lie aligned in memory; outputs are copied.</summary>
internal static unsafe class OrtTensors
{
    private const int Alignment = 16;

    /// <summary>A value over a tensor's bytes, which stay pinned until the handles are released.</summary>
    public static OrtValue ToOrt(TensorData tensor, List<MemoryHandle> pinned)
    {
        long[] shape = tensor.Shape.ToArray();
        if (tensor.Type == DataType.String)
        {
            OrtValue strings = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
            IReadOnlyList<ReadOnlyMemory<byte>> elements = tensor.GetStrings();
            for (int i = 0; i < elements.Count; i++)
            {
                strings.StringTensorSetElementAt(elements[i].Span, i);
            }

            return strings;
        }

        MemoryHandle handle;
        if (tensor is DenseTensorData dense)
        {
            handle = dense.Bytes.Pin();
            if ((nint)handle.Pointer % Alignment != 0 || dense.Bytes.Length == 0)
            {
                handle.Dispose();
                handle = Copy(tensor);
            }
        }
        else
        {
            handle = Copy(tensor);
        }

        pinned.Add(handle);
        return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, OrtTypes.ToOrt(tensor.Type), shape, (nint)handle.Pointer, tensor.ByteLength);
    }

    /// <summary>A copy of an output.</summary>
    /// <exception cref="UnsupportedModelException">The output is no tensor (a sequence, a map).</exception>
    public static TensorData FromOrt(OrtValue value, string name)
    {
        if (!value.IsTensor)
        {
            throw new UnsupportedModelException($"the output '{name}' is no tensor but a {value.OnnxType}", []);
        }

        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        TensorShape shape = new(info.Shape);
        if (info.ElementDataType == TensorElementType.String)
        {
            ReadOnlyMemory<byte>[] strings = new ReadOnlyMemory<byte>[shape.Count];
            for (int i = 0; i < strings.Length; i++)
            {
                strings[i] = value.GetStringElementAsSpan(i).ToArray();
            }

            return new StringTensorData(shape, strings);
        }

        DataType type = OrtTypes.FromOrt(info.ElementDataType);
        byte[] bytes = GC.AllocateUninitializedArray<byte>(checked((int)type.ByteLength(shape.Count)));
        if (bytes.Length > 0)
        {
            value.GetTensorMutableRawData()[..bytes.Length].CopyTo(bytes);
        }

        return new DenseTensorData(type, shape, bytes);
    }

    private static MemoryHandle Copy(TensorData tensor)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(checked((int)tensor.ByteLength) + Alignment, pinned: true);
        MemoryHandle handle = new Memory<byte>(bytes).Pin();
        int skip = (int)((Alignment - ((nint)handle.Pointer % Alignment)) % Alignment);
        tensor.ReadBytes(0, bytes.AsSpan(skip, (int)tensor.ByteLength));
        handle.Dispose();
        return new Memory<byte>(bytes).Slice(skip).Pin();
    }
}
