using Pare.Workflows;

namespace Pare.Compress;

/// <summary>What a model is made of, in a report.</summary>
/// <param name="Format">Its format, lower-case.</param>
/// <param name="Inputs">What is fed.</param>
/// <param name="Outputs">What comes out.</param>
/// <param name="Nodes">Nodes in all.</param>
/// <param name="Parameters">Elements of all constants that hold weights.</param>
/// <param name="Operators">How many nodes of each operator, the commonest first.</param>
public sealed record CompressModel(string Format, IReadOnlyList<ValueReport> Inputs, IReadOnlyList<ValueReport> Outputs, int Nodes, long Parameters, IReadOnlyDictionary<string, int> Operators)
{
    internal static CompressModel Of(Model model, string path, string format, long bytes)
    {
        InspectReport r = ModelInspector.Inspect(model, path, format, bytes, new InspectOptions { LargestTensors = 0 });
        return new CompressModel(r.Format, r.Inputs, r.Outputs, r.Nodes, r.Parameters, r.Operators);
    }
}
