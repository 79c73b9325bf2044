using System.Text.Json.Serialization;
using Pare.Evaluation;
using Pare.Pruning;
using Pare.Testing;
using Pare.Workflows;
using Xunit;

namespace Pare.Tests.Recipes;

/// <summary>Members that a recipe leaves out mean what the documentation of their type says.</summary>
public class RecipeDefaultsTests
{
    public static TheoryData<string, string> Steps => new()
    {
        { "optimize", "" },
        { "round", "" },
        { "cluster", "" },
        { "convert", "\"to\":\"tflite\"" },
        { "quantize", "\"scheme\":\"dynamic\"" },
        { "prune", "" },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public void Load_StepWithRequiredMembersOnly_HasTheDefaults(string verb, string members)
    {
        RecipeStep expected = verb switch
        {
            "optimize" => new OptimizeStep(),
            "round" => new RoundStep(),
            "cluster" => new ClusterStep(),
            "convert" => new ConvertStep { To = "tflite" },
            "quantize" => new QuantizeStep { Scheme = "dynamic" },
            _ => new PruneStep(),
        };
        Recipe recipe = Load($$"""{"verb":"{{verb}}"{{(members.Length > 0 ? "," : "")}}{{members}}}""");
        Assert.Equivalent(expected, Assert.Single(recipe.Steps), strict: true);
        Assert.Equal("random:4", recipe.Check);
        Assert.Equal(0, recipe.Seed);
    }

    [Fact]
    public void Load_DataWithFewMembers_HasTheDefaultsOfData()
    {
        QuantizeStep step = Assert.IsType<QuantizeStep>(Assert.Single(Load("""{"verb":"quantize","scheme":"int8","calibration":{"data":"x.npz","dataOptions":{"limit":7}}}""").Steps));
        Assert.Equal(new DatasetOptions { Limit = 7 }, step.Calibration!.DataOptions);
        step = Assert.IsType<QuantizeStep>(Assert.Single(Load("""{"verb":"quantize","scheme":"int8","calibration":{"data":"x.npz"}}""").Steps));
        Assert.Equal(new CalibrationSource { Data = "" }.DataOptions, step.Calibration!.DataOptions);
    }

    [Fact]
    public void Load_GivenMembers_Stay()
    {
        QuantizeStep step = Assert.IsType<QuantizeStep>(Assert.Single(Load("""{"verb":"quantize","scheme":"int8","minSize":0,"tuning":[],"io":"uint8"}""").Steps));
        Assert.Equal(0, step.MinSize);
        Assert.Equal("uint8", step.Io);
        Assert.Empty(step.Tuning!);
    }

    // Every step that recipes know is either tested above or has members without a default of their own.
    [Fact]
    public void Steps_OfRecipes_AreAllConsidered()
    {
        string[] known = [.. typeof(RecipeStep).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), false).Cast<JsonDerivedTypeAttribute>().Select(a => (string)a.TypeDiscriminator!)];
        Assert.Equivalent((string[])[.. Steps.Select(s => s.Data.Item1), "compress", "pack", "pack-lossy"], known, strict: true);
    }

    private static Recipe Load(string step)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["r.json"], $$$"""{"version":1,"pare":"0","steps":[{{{step}}}],"input":{"file":"a","bytes":1,"sha256":""},"output":{"file":"b","bytes":1,"sha256":""}}""");
        return Recipe.Load(folder["r.json"]);
    }
}
