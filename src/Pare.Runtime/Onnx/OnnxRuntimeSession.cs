using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using Pare.Formats;
using Pare.Formats.Onnx;
using OrtOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Pare.Runtime;

/// <summary>An ONNX Runtime session. Runs may go on from several threads at once.</summary>
internal sealed class OnnxRuntimeSession : IProfiledSession
{
    // From here on weights go through a file that ONNX Runtime maps, rather than through a message that it copies.
    private const long MappedFrom = 16L << 20;

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly DirectoryInfo? _folder;
    private OrtProfile? _profile;

    private OnnxRuntimeSession(InferenceSession session, DirectoryInfo? folder)
    {
        _session = session;
        _folder = folder;
        _inputNames = [.. session.InputNames];
        _outputNames = [.. session.OutputNames];
        Inputs = [.. _inputNames.Select(n => Describe(n, session.InputMetadata[n]))];
        Outputs = [.. _outputNames.Select(n => Describe(n, session.OutputMetadata[n]))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ValueDescription> Inputs { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ValueDescription> Outputs { get; }

    /// <summary>Makes a session for an ONNX model.</summary>
    public static OnnxRuntimeSession Create(Model model, Pare.SessionOptions options)
    {
        OrtProfile? profile = options.Profile ? new OrtProfile() : null;
        using OrtOptions ort = Options(options, profile);
        long weights = model.Graph.Initializers.Sum(v => v.Constant!.ByteLength);
        DirectoryInfo? folder = null;
        try
        {
            if (weights < MappedFrom)
            {
                using MemoryStream stream = new((int)weights + (1 << 16));
                new OnnxFormat().Write(model, new StreamTarget(stream, ".onnx"));
                return new OnnxRuntimeSession(new InferenceSession(stream.ToArray(), ort), null) { _profile = profile };
            }

            folder = Directory.CreateTempSubdirectory("pare-");
            string path = Path.Combine(folder.FullName, "model.onnx");
            using (FolderTarget target = new(folder.FullName, "model.onnx"))
            {
                OnnxFormat.Write(model, target, new OnnxWriteOptions { ExternalFrom = 1 << 12 });
            }

            OnnxRuntimeSession session = new(new InferenceSession(path, ort), OperatingSystem.IsWindows() ? folder : null) { _profile = profile };
            if (!OperatingSystem.IsWindows())
            {
                // What is mapped stays mapped.
                folder.Delete(recursive: true);
            }

            return session;
        }
        catch (OnnxRuntimeException e)
        {
            folder?.Delete(recursive: true);
            profile?.Dispose();
            throw OrtErrors.OnLoad(e);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<TensorData> Run(IReadOnlyList<TensorData> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Count != Inputs.Count)
        {
            throw new UsageException($"{inputs.Count} tensors were given for the {Inputs.Count} inputs {string.Join(", ", Inputs.Select(i => $"'{i.Name}'"))}");
        }

        List<MemoryHandle> pinned = [];
        OrtValue[] values = new OrtValue[inputs.Count];
        try
        {
            for (int i = 0; i < values.Length; i++)
            {
                InputCheck.Check(Inputs[i], inputs[i]);
                values[i] = OrtTensors.ToOrt(inputs[i], pinned);
            }

            using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(_run, _inputNames, values, _outputNames);
            TensorData[] outputs = new TensorData[results.Count];
            for (int i = 0; i < outputs.Length; i++)
            {
                outputs[i] = OrtTensors.FromOrt(results[i], Outputs[i].Name);
            }

            return outputs;
        }
        catch (OnnxRuntimeException e)
        {
            throw OrtErrors.OnRun(e);
        }
        finally
        {
            foreach (OrtValue? v in values)
            {
                v?.Dispose();
            }

            foreach (MemoryHandle h in pinned)
            {
                h.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<OperatorRun> EndProfiling()
    {
        using OrtProfile profile = Interlocked.Exchange(ref _profile, null) ?? throw new InvalidOperationException("the session was not made to profile, or its profile was taken already");
        return OrtProfile.Read(_session.EndProfiling());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _profile?.Dispose();
        _run.Dispose();
        if (_folder is { Exists: true })
        {
            _folder.Delete(recursive: true);
        }
    }

    private static OrtOptions Options(Pare.SessionOptions options, OrtProfile? profile)
    {
        OrtEnvironment.Ensure();
        OrtOptions ort = new()
        {
            IntraOpNumThreads = options.Threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = options.QuickStart ? GraphOptimizationLevel.ORT_ENABLE_BASIC : GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };

        if (profile is not null)
        {
            ort.ProfileOutputPathPrefix = profile.Prefix;
            ort.EnableProfiling = true;
        }

        // Quantize-dequantize pairs are computed as the file says, not as fused integer kernels, whose rounding differs from one processor to another. A factor behind a convolution stays behind
        // it: sums of whole numbers are exact, sums of products with a factor folded into the weights are not.
        ort.AddSessionConfigEntry("optimization.disable_specified_optimizers", "QDQSelectorActionTransformer;ConvMulFusion");
        return ort;
    }

    private static ValueDescription Describe(string name, NodeMetadata metadata)
    {
        if (metadata.OnnxValueType != OnnxValueType.ONNX_TYPE_TENSOR)
        {
            return new ValueDescription(name, DataType.Undefined, null);
        }

        int[] dimensions = metadata.Dimensions;
        string[] symbols = metadata.SymbolicDimensions;
        Dimension[] shape = new Dimension[dimensions.Length];
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = dimensions[i] >= 0 ? dimensions[i] : new Dimension(null, i < symbols.Length && symbols[i].Length > 0 ? symbols[i] : null);
        }

        return new ValueDescription(name, OrtTypes.FromOrt(metadata.ElementDataType), new SymbolicShape(shape));
    }
}
