using Pare.Passes.Optimize.Onnx;

namespace Pare.Passes.Optimize;

/// <summary>
/// The passes that make an inference-only graph, by the model's vocabulary. What they leave true: the outputs keep their names and values (within <see cref="PassPipeline.StatedDrift"/>), and
/// running the pipeline again changes nothing.
/// </summary>
public static class OptimizePipeline
{
    /// <summary>The default pipeline.</summary>
    /// <param name="model">The model to optimise; only its vocabulary is looked at.</param>
    /// <param name="options">Inputs, outputs, what to freeze, what the target runs.</param>
    public static PassPipeline Create(Model model, OptimizeOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        // TFLite constants are not folded: what stands behind them (DEQUANTIZE, DENSIFY) is how they are stored small.
        return new PassPipeline(ReferenceEquals(model.Vocabulary, Vocabularies.TensorFlow) ? TensorFlow(options)
            : ReferenceEquals(model.Vocabulary, Vocabularies.TFLite) ? Begin(options).Append(new RepeatPass(new RemoveIdentitiesPass(), new MergeDuplicateNodesPass()))
            : ReferenceEquals(model.Vocabulary, Vocabularies.Onnx) ? Begin(options).Append(new InlineOnnxFunctionsPass()).Append(new SimplifyOnnxPass()) : Generic(options));
    }

    private static IEnumerable<Pass> TensorFlow(OptimizeOptions options)
    {
        foreach (Pass pass in Begin(options))
        {
            yield return pass;
        }

        yield return new InlineFunctionsPass();
        yield return new RemoveDeadBranchesPass();
        yield return new RemoveControlDependenciesPass();
        yield return new StripUnusedPass { BarePlaceholders = false };
        yield return new RepeatPass(
            new RemoveIdentitiesPass(),
            new SimplifyPass(),
            new FoldBatchNormsPass(),
            new MergeLinearPass(),
            new FuseBiasPass(),
            new FoldConstantsPass(options.FoldLimit),
            new MergeDuplicateNodesPass());
        if (options.FuseResizePad)
        {
            yield return new FuseResizePadPass();
        }

        yield return new StripUnusedPass { BarePlaceholders = false };
        yield return new RemoveStaleColocationsPass();
    }

    private static IEnumerable<Pass> Generic(OptimizeOptions options)
    {
        foreach (Pass pass in Begin(options))
        {
            yield return pass;
        }

        yield return new RepeatPass(new RemoveIdentitiesPass(), new FoldConstantsPass(options.FoldLimit), new MergeDuplicateNodesPass());
    }

    private static IEnumerable<Pass> Begin(OptimizeOptions options)
    {
        if (options.Freeze.Count > 0)
        {
            yield return new FreezePass(options.Freeze);
        }

        yield return new StripUnusedPass(options.Inputs, options.Outputs) { BarePlaceholders = false };
    }
}
