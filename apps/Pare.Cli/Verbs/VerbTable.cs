using Pare.Runtime;

namespace Pare.Cli;

/// <summary>The verbs. A new one is a class of its own and a line here.</summary>
internal static class VerbTable
{
    public static IReadOnlyList<VerbEntry> All { get; } =
    [
        new("inspect", "What a model is made of: inputs, outputs, operators, parameters, work, largest tensors", () => new InspectVerb()),
        new("run", "One inference: named arrays in, named arrays out", () => new RunVerb()) { Prepare = OnnxRuntimeRunner.PrepareAsync },
        new("size", "Bytes, gzip, zip, zstd, brotli, and the entropy of the weights", () => new SizeVerb()),
        new("optimize", "An inference-only graph: batch norms folded, dead branches and training remains gone", () => new OptimizeVerb()),
        new("round", "Constants snapped to few values in place, so that the file compresses", () => new RoundVerb()),
        new("cluster", "Constants that share few values, found by k-means", () => new ClusterVerb()),
        new("prune", "Weights set to zero by themselves or in patterns, or whole channels removed", () => new PruneVerb()),
        new("convert", "The same model in another format", () => new ConvertVerb()),
        new("quantize", "Weights in fewer bits, as TFLite runs them: float16, dynamic range, int8 weights", () => new QuantizeVerb()),
        new("pack", "Pare's own container, without loss or with as much as you say", () => new PackVerb()),
        new("unpack", "The model that a container holds", () => new UnpackVerb()),
        new("label", "What a model sees in pictures: top labels with scores", () => new LabelVerb()) { Prepare = OnnxRuntimeRunner.PrepareAsync },
        new("evaluate", "Accuracy on data, with interval, cross entropy, a table a class", () => new EvaluateVerb()) { Prepare = OnnxRuntimeRunner.PrepareAsync },
        new("compare", "Whether two models are the same for the user: drift, flips, accuracy", () => new CompareVerb()),
        new("compress", "The main job: the smallest model within a drop of accuracy or a size, with the proof", () => new CompressVerb()),
        new("advise", "Which technique fits this model and device, from candidates that it makes and measures", () => new AdviseVerb()),
        new("benchmark", "Latency and memory", () => new BenchmarkVerb()),
        new("tensorboard", "Event files that TensorBoard draws the graph from", () => new TensorBoardVerb()),
        new("posterize", "The demonstration: a picture reduced to few colours by the same quantizer", () => new PosterizeVerb()),
        new("apply", "Replay a recipe", () => new ApplyVerb()),
    ];
}
