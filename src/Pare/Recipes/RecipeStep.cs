using System.Text.Json.Serialization;

namespace Pare.Workflows;

/// <summary>One step of a job that rewrites a model, with all options that shape the result, so that it can be kept and replayed. Immutable and thread-safe.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "verb", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(OptimizeStep), "optimize")]
[JsonDerivedType(typeof(RoundStep), "round")]
[JsonDerivedType(typeof(ClusterStep), "cluster")]
[JsonDerivedType(typeof(ConvertStep), "convert")]
[JsonDerivedType(typeof(QuantizeStep), "quantize")]
[JsonDerivedType(typeof(Compress.CompressStep), "compress")]
[JsonDerivedType(typeof(Packing.PackStep), "pack")]
[JsonDerivedType(typeof(Packing.LossyPackStep), "pack-lossy")]
[JsonDerivedType(typeof(Pruning.PruneStep), "prune")]
public abstract record RecipeStep
{
    /// <summary>The verb that does the step.</summary>
    [JsonIgnore]
    public abstract string Verb { get; }

    /// <summary>Whether the step may change the file's format.</summary>
    [JsonIgnore]
    public virtual bool Converts => false;

    /// <summary>Does the step.</summary>
    /// <param name="model">The model, which may be edited.</param>
    /// <param name="context">What the step may use.</param>
    public abstract StepOutcome Apply(Model model, PassContext context);
}
