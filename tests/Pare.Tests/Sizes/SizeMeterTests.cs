using Pare.Formats;
using Pare.Formats.TensorFlow;
using Pare.Sizes;
using Pare.Testing;
using Xunit;

namespace Pare.Tests.Sizes;

public sealed class SizeMeterTests
{
    [Fact]
    public void Measure_TheRoundedFlowers_GivesTheToolsSizes()
    {
        string path = SharedFiles.InShared("models/poets-flowers/rounded_graph.pb");
        FileSizes sizes = SizeMeter.Measure("z.pb", () => File.OpenRead(path), all: true, Read(path));
        Assert.Equal(2020055, sizes.Bytes);
        Assert.InRange(sizes.Gzip, 656138 * 0.999, 656138 * 1.001);
        Assert.Equal(sizes.Gzip + 88, sizes.Zip);
        Assert.InRange(sizes.Zstd!.Value, 300_000, 656_138);
        Assert.InRange(sizes.Brotli!.Value, 300_000, 656_138);
        Assert.InRange(sizes.WeightBits!.Value, 4, 8);
    }

    [Fact]
    public void WeightBits_KnownTensors_GivesTheirEntropy()
    {
        Model model = new(Vocabularies.Onnx);
        model.Graph.AddInitializer("a", DenseTensorData.Create([1f, 1f, 2f, 2f], new TensorShape(4)));
        model.Graph.AddInitializer("b", DenseTensorData.Create([1f, 2f, 3f, 4f], new TensorShape(2, 2)));
        model.Graph.AddInitializer("c", DenseTensorData.Create([1L, 2L], new TensorShape(2)));
        Assert.Equal(1.5, SizeMeter.WeightBits(model)!.Value, 12);
        Assert.Equal([2, 4, 2], SizeMeter.Tensors(model).Select(t => t.Distinct));
        Assert.Null(SizeMeter.WeightBits(new Model(Vocabularies.Onnx)));
    }

    private static Model Read(string path) => new GraphDefFormat().Read(new ModelSource { Bytes = ByteSource.FromFile(path) });
}
