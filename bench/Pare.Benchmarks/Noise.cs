using Pare.Evaluation;
using Pare.Formats;
using Pare.Runtime;

namespace Pare.Benchmarks;

/// <summary>Writes random inputs for a model, for those that come without data: floats uniform from -1 to 1, the same on every machine.</summary>
internal static class Noise
{
    /// <summary>Writes <paramref name="count"/> samples as <c>.npz</c>, an array an input.</summary>
    public static void Run(string model, string output, int count)
    {
        using IModelSession session = new OnnxRuntimeRunner().Load(ModelFile.Open(model).Model);
        using RandomDataset data = RandomDataset.Create(session.Inputs, count, 0);
        TensorContent[] samples = [.. data.Read([.. Enumerable.Range(0, count)]).Select(s => (TensorContent)s.Load())];
        using FileStream file = File.Create(output);
        NpzWriter.Write(file, session.Inputs.Select((input, i) => KeyValuePair.Create(input.Name, Stack([.. samples.Select(s => s.Tensors[i].Value)]))));
    }

    private static TensorData Stack(TensorData[] tensors) =>
        new DenseTensorData(tensors[0].Type, new TensorShape([tensors.Length, .. tensors[0].Shape.Dimensions]), tensors.SelectMany(t => t.GetBytes().ToArray()).ToArray());
}
