using System.Text;
using Pare.Testing;
using Pare.Workflows;
using Xunit;

namespace Pare.Tests;

public sealed class RecipeFuzzTests
{
    private const string Good = """
        {"version":1,"pare":"0.1.0","seed":0,"check":"random:4","steps":[
        {"verb":"optimize","inputs":["a"],"outputs":[],"freeze":{"phase_train":"false"},"transforms":null},
        {"verb":"round","rule":"zero_preserving","levels":64,"minSize":1024,"include":[],"exclude":["x*"]},
        {"verb":"prune","sparsity":0.5,"pattern":"block:1x4","schedule":"global","minSize":256,"include":["a*"],"exclude":[],"refit":true,"data":"d","dataOptions":{"limit":5},"samples":10},
        {"verb":"compress","structure":"free","data":"d","dataOptions":{"split":"training","limit":5},"halved":true,"preprocessing":{"mean":127.5},"selectionSamples":10,"calibrationSamples":10,"minimumElements":128,"steps":[{"weight":"w","encoding":"codes","step":0.5}]}],
        "input":{"file":"a.pb","bytes":5,"sha256":"00"},"output":{"file":"b.pb","bytes":4,"sha256":"11"}}
        """;

    [Fact]
    public void Load_DamagedRecipe_IsReadOrRefusedByName()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".json");
        try
        {
            ReaderFuzzer fuzzer = new(bytes =>
            {
                File.WriteAllBytes(path, bytes);
                Recipe.Load(path);
            });
            fuzzer.Run("recipe", Encoding.UTF8.GetBytes(Good), ReaderFuzzer.Mutants(300));
            Assert.True(fuzzer.Refused > fuzzer.Count / 4, $"{fuzzer.Refused} of {fuzzer.Count} refused");
        }
        finally
        {
            File.Delete(path);
        }
    }
}
