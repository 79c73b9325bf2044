using Pare.Passes.Optimize;
using Pare.Testing;
using Xunit;

namespace Pare.Passes.Tests.Optimize;

/// <summary>What the real tools made of small networks, against the same transforms here.</summary>
public sealed class ToolGoldenTests
{
    private static readonly string[] s_nets = ["mobile", "inception", "fusedbn"];

    // Tool, transforms, whether the constants of equal names must agree.
    private static readonly (string Tool, string Transforms, bool Constants)[] s_tools =
    [
        ("gtt.strip_unused", "strip_unused_nodes", true),
        ("gtt.remove_identity", "remove_nodes(op=Identity, op=CheckNumerics)", true),
        ("gtt.fold_constants", "fold_constants(ignore_errors=true)", true),
        ("gtt.fold_batch_norms", "strip_unused_nodes fold_constants(ignore_errors=true) fold_batch_norms", false),
        ("gtt.fold_old_batch_norms", "fold_old_batch_norms", false),
        ("gtt.merge_duplicates", "merge_duplicate_nodes", true),
        ("gtt.sort", "sort_by_execution_order", true),
        ("gtt.round_weights", "round_weights(num_steps=256)", true),
        ("gtt.round_weights_16", "round_weights(num_steps=16)", true),
        ("gtt.quantize_weights", "quantize_weights(minimum_size=16)", true),
        ("gtt.default_attributes", "add_default_attributes", true),
        ("gtt.remove_attribute", "remove_attribute(attribute_name=_class)", true),
        ("gtt.rename_op", "rename_op(old_op_name=Relu6, new_op_name=Relu)", true),
        ("optimize_for_inference", "strip_unused remove_training_nodes fold_batch_norms", false),
        ("optimize_for_inference_tf2", "strip_unused remove_training_nodes fold_batch_norms", false),
    ];

    public static TheoryData<string, string, string, bool> Cases()
    {
        TheoryData<string, string, string, bool> data = [];
        foreach (string net in s_nets)
        {
            foreach ((string tool, string transforms, bool constants) in s_tools)
            {
                data.Add(net, tool, transforms, constants);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Transforms_GivesTheToolsConstantsAndOutputs(string net, string tool, string transforms, bool constants)
    {
        string folder = SharedFiles.InShared("golden", "tensorflow-tools");
        Model model = Running.Open(Path.Combine(folder, net + ".pb"));
        OptimizeOptions options = new() { Inputs = ["input"], Outputs = ["final_result"] };
        Transforms.Parse(transforms, options).Run(model, Running.Context);
        string npz = Path.Combine(folder, net + ".npz");
        float[] actual = Running.Run(model, new Dictionary<string, TensorData> { ["input:0"] = Running.Npz(npz, "input:0") }, "final_result:0");
        float[] expected = Running.Npz(npz, tool).ToFloats();
        double drift = Running.Drift(expected, actual);
        Assert.True(drift < 1e-5, $"drift {drift}");

        Model golden = Running.Open(Path.Combine(folder, $"{net}.{tool}.pb"));
        if (tool.StartsWith("optimize_for_inference", StringComparison.Ordinal) || tool is "gtt.fold_batch_norms" or "gtt.fold_constants")
        {
            GraphEditing.Sweep(model.Graph);
            Assert.True(model.Graph.Nodes.Count <= golden.Graph.Nodes.Count, $"{model.Graph.Nodes.Count} nodes, the tool {golden.Graph.Nodes.Count}");
        }
        else if (constants)
        {
            Assert.Equal(golden.Graph.Nodes.Count, model.Graph.Nodes.Count);
        }

        if (!constants)
        {
            return;
        }

        Dictionary<string, Node> ours = model.Graph.Nodes.ToDictionary(n => n.Name, StringComparer.Ordinal);
        foreach (Node n in golden.Graph.Nodes)
        {
            if (n.Operator == "Const" && ours.TryGetValue(n.Name, out Node? own))
            {
                Assert.Equal(n.Output.Constant!.Shape, own.Output.Constant!.Shape);
                Assert.All(n.Output.Constant.ToFloats().Zip(own.Output.Constant.ToFloats()), p => Assert.Equal(p.First, p.Second, 1e-6f));
            }
        }
    }

    [Theory]
    [InlineData("mobile")]
    [InlineData("inception")]
    [InlineData("fusedbn")]
    public void ObfuscateNames_ColocationsFollow(string net)
    {
        string folder = SharedFiles.InShared("golden", "tensorflow-tools");
        Model model = Running.Open(Path.Combine(folder, net + ".pb"));
        Transforms.Parse("obfuscate_names", new OptimizeOptions { Outputs = ["final_result"] }).Run(model, Running.Context);
        Assert.Empty(new RemoveStaleColocationsPass().Run(model, Running.Context));
        Assert.Equal(Running.Open(Path.Combine(folder, net + ".gtt.obfuscate.pb")).Graph.Nodes.Select(n => n.Name).Order(StringComparer.Ordinal), model.Graph.Nodes.Select(n => n.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("mobile")]
    [InlineData("inception")]
    [InlineData("fusedbn")]
    public void Optimize_KeepsOutputsAndComesToRest(string net)
    {
        string folder = SharedFiles.InShared("golden", "tensorflow-tools");
        foreach (bool fuse in new[] { false, true })
        {
            Model model = Running.Open(Path.Combine(folder, net + ".pb"));
            OptimizeOptions options = new() { Inputs = ["input"], Outputs = ["final_result"], FuseResizePad = fuse };
            Running.Optimize(model, options);
            string npz = Path.Combine(folder, net + ".npz");
            float[] actual = Running.Run(model, new Dictionary<string, TensorData> { ["input:0"] = Running.Npz(npz, "input:0") }, "final_result:0");
            Assert.True(Running.Drift(Running.Npz(npz, "final_result:0").ToFloats(), actual) < 1e-5);
            Assert.Empty(Running.Optimize(model, options));
        }
    }
}
