namespace Pare.Evaluation;

/// <summary>Makes a model's inputs of samples' contents. Immutable and thread-safe.</summary>
internal sealed class DataFeed
{
    private readonly IReadOnlyList<ValueDescription> _inputs;
    private readonly IReadOnlyList<QuantizationParameters?> _quantization;
    private readonly Preprocessor? _preprocessor;

    private DataFeed(Model model, IReadOnlyList<ValueDescription> inputs, Preprocessor? preprocessor)
    {
        _inputs = inputs;
        _quantization = [.. inputs.Select(i => model.Graph.FindValue(i.Name)?.Quantization)];
        _preprocessor = preprocessor;
    }

    /// <summary>How pictures are preprocessed; null where the data are tensors.</summary>
    public PreprocessingPlan? Plan => _preprocessor?.Plan;

    /// <summary>Bytes that a prepared sample takes, where it is a picture.</summary>
    public int BytesPerSample => _preprocessor?.BytesPerSample ?? 0;

    public static DataFeed Create(Model model, IModelSession session, bool images, Preprocessing? preprocessing)
    {
        if (!images)
        {
            return new DataFeed(model, session.Inputs, null);
        }

        if (session.Inputs.Count != 1)
        {
            string list = string.Join(", ", session.Inputs.Select(i => $"'{i.Name}' ({i.Type})"));
            throw new UsageException(
                $"pictures feed one input, the model has {session.Inputs.Count}: {list}; name one with --inputs, freeze the others with --freeze, or give data as .npz");
        }

        ValueDescription input = session.Inputs[0];
        QuantizationParameters? quantization = model.Graph.FindValue(input.Name)?.Quantization;
        Preprocessing? said = ModelPreprocessing.Of(model) ?? LayerPreprocessing.Of(model, input.Name);
        return new DataFeed(model, session.Inputs, new Preprocessor(PreprocessingPlan.Create(preprocessing?.Over(said) ?? said, input, UsualLayout(model), quantization)));
    }

    /// <summary>The first dimension of the inputs: a number where it is fixed, 0 where it is open, -1 where there is none (or inputs differ in it).</summary>
    public int FixedBatch()
    {
        int batch = 0;
        foreach (ValueDescription input in _inputs)
        {
            if (_preprocessor is { Plan.HasBatch: false } || input.Shape is { Rank: 0 })
            {
                return -1;
            }

            if (input.Shape is { Rank: > 0 } shape && shape[0].Value is { } extent)
            {
                int fixedExtent = (int)Math.Min(extent, int.MaxValue);
                if (batch != 0 && batch != fixedExtent)
                {
                    return -1;
                }

                batch = fixedExtent;
            }
        }

        return batch;
    }

    /// <summary>Decodes or checks one sample: what may fail for a damaged sample happens here.</summary>
    public PreparedSample Prepare(SampleContent content)
    {
        if (content is TensorContent tensors)
        {
            return new PreparedSample(null, tensors.Tensors);
        }

        if (_preprocessor is null)
        {
            throw new UsageException("the data are pictures where tensors were expected");
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>(_preprocessor.BytesPerSample);
        _preprocessor.Fill(((ImageContent)content).Decode(), bytes);
        return new PreparedSample(bytes, null);
    }

    /// <summary>The inputs for a batch, one tensor an input, in order; the last sample is repeated up to <paramref name="batch"/>.</summary>
    public IReadOnlyList<TensorData> Batch(IReadOnlyList<PreparedSample> samples, int batch)
    {
        if (_preprocessor is not null)
        {
            return [BatchOfPictures(samples, batch)];
        }

        TensorData[] inputs = new TensorData[_inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            ValueDescription input = _inputs[i];
            QuantizationParameters? quantization = _quantization[i];
            List<TensorData> rows = [.. samples.Select(s => Fit(RowFor(s.Tensors!, input), input, quantization))];
            while (rows.Count < batch)
            {
                rows.Add(rows[^1]);
            }

            inputs[i] = Stack(rows, input);
        }

        return inputs;
    }

    // Real numbers for an input of integers that have a scale are quantized; all else is cast without loss.
    private static TensorData Fit(TensorData row, ValueDescription input, QuantizationParameters? quantization)
    {
        if (!row.Type.IsFloat() || input.Type.IsFloat() || quantization is not { Scales: [var scale, ..] })
        {
            return TensorCast.To(row, input.Type, input.Name);
        }

        byte[] bytes = new byte[input.Type.ByteLength(row.Count)];
        NumberPacker.Pack(row.ToFloats(), input.Type, scale, quantization.ZeroPoints is [var zero, ..] ? zero : 0, bytes);
        return new DenseTensorData(input.Type, row.Shape, bytes);
    }

    public static ImageLayout UsualLayout(Model model) => model.Vocabulary == Vocabularies.Onnx ? ImageLayout.Nchw : ImageLayout.Nhwc;

    private static TensorData Stack(List<TensorData> rows, ValueDescription input)
    {
        TensorShape row = rows[0].Shape;
        bool addAxis = input.Shape is not { } shape || shape.Rank == row.Rank + 1 || rows.Count > 1;

        // A column of numbers for an input [batch, 1].
        bool unit = row.Rank == 0 && input.Shape is { Rank: 2 };
        TensorShape whole = unit ? new TensorShape(rows.Count, 1) : addAxis ? new TensorShape([rows.Count, .. row.Dimensions]) : row;
        if (input.Shape is { } wanted && wanted.Rank != whole.Rank)
        {
            throw new UsageException($"the data for '{input.Name}' have the shape {row} a sample, the input takes {wanted}");
        }

        if (input.Type == DataType.String)
        {
            return new StringTensorData(whole, [.. rows.SelectMany(r => r.GetStrings())]);
        }

        byte[] bytes = new byte[input.Type.ByteLength(whole.Count)];
        int at = 0;
        foreach (TensorData r in rows)
        {
            if (!r.Shape.Equals(row))
            {
                throw new UsageException($"the data for '{input.Name}' have samples of the shapes {row} and {r.Shape}");
            }

            r.ReadBytes(0, bytes.AsSpan(at, (int)r.ByteLength));
            at += (int)r.ByteLength;
        }

        return new DenseTensorData(input.Type, whole, bytes);
    }

    private static string Bare(string name) => name.EndsWith(":0", StringComparison.Ordinal) ? name[..^2] : name;

    private DenseTensorData BatchOfPictures(IReadOnlyList<PreparedSample> samples, int batch)
    {
        int size = _preprocessor!.BytesPerSample;
        if (batch == 1)
        {
            return new DenseTensorData(_preprocessor.Plan.Input.Type, _preprocessor.BatchShape(1), samples[0].Picture!);
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>(checked(size * batch));
        for (int i = 0; i < batch; i++)
        {
            samples[Math.Min(i, samples.Count - 1)].Picture!.CopyTo(bytes, i * size);
        }

        return new DenseTensorData(_preprocessor.Plan.Input.Type, _preprocessor.BatchShape(batch), bytes);
    }

    private TensorData RowFor(IReadOnlyList<KeyValuePair<string, TensorData>> tensors, ValueDescription input)
    {
        foreach ((string name, TensorData tensor) in tensors)
        {
            if (Bare(name) == Bare(input.Name))
            {
                return tensor;
            }
        }

        if (_inputs.Count == 1 && tensors.Count == 1)
        {
            return tensors[0].Value;
        }

        // A table's columns are the features of a lone input.
        if (_inputs.Count == 1 && tensors.All(t => t.Value.Shape.Rank == 0 && t.Value.Type == DataType.Float64))
        {
            double[] row = [.. tensors.Select(t => t.Value.ToArray<double>()[0])];
            return DenseTensorData.Create<double>(DataType.Float64, row, new TensorShape(row.Length));
        }

        throw new UsageException($"the data have nothing for the input '{input.Name}'; they have {string.Join(", ", tensors.Take(10).Select(t => $"'{t.Key}'"))}");
    }
}
