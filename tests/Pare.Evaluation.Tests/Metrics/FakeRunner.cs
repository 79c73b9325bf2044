namespace Pare.Evaluation.Tests;

/// <summary>A runner whose models are functions: of the first input's rows to rows of scores.</summary>
internal sealed class FakeRunner(ValueDescription input, Func<float[], float[]> row, int largestBatch = int.MaxValue) : IModelRunner
{
    public int LargestBatchSeen { get; private set; }

    public static Model Model(string output = "scores")
    {
        Model model = new(Vocabularies.Onnx);
        Value v = new(output, DataType.Float32);
        model.Graph.Outputs.Add(v);
        return model;
    }

    public IModelSession Load(Model model, SessionOptions? options = null) => new Session(this);

    private TensorData Run(TensorData data)
    {
        int batch = (int)data.Shape[0];
        if (batch > largestBatch)
        {
            throw new UsageException("the batch is too large");
        }

        LargestBatchSeen = Math.Max(LargestBatchSeen, batch);
        float[] all = data.ToFloats();
        int width = all.Length / batch;
        float[] scores = [.. Enumerable.Range(0, batch).SelectMany(i => row(all[(i * width)..((i + 1) * width)]))];
        return DenseTensorData.Create(scores, new TensorShape(batch, scores.Length / batch));
    }

    private sealed class Session(FakeRunner owner) : IModelSession
    {
        public IReadOnlyList<ValueDescription> Inputs { get; } = [owner.Input];

        public IReadOnlyList<ValueDescription> Outputs { get; } = [new("scores", DataType.Float32, null)];

        public IReadOnlyList<TensorData> Run(IReadOnlyList<TensorData> inputs) => [owner.Run(inputs[0])];

        public void Dispose()
        {
        }
    }

    private ValueDescription Input { get; } = input;
}
