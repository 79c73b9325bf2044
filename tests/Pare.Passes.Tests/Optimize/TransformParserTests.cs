using Pare.Passes.Optimize;
using Xunit;

namespace Pare.Passes.Tests.Optimize;

public sealed class TransformParserTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("strip_unused,remove_training_nodes", "strip_unused|remove_training_nodes")]
    [InlineData("  fold_constants(ignore_errors=true)\n fold_batch_norms ", "fold_constants(ignore_errors=true)|fold_batch_norms")]
    [InlineData("strip_unused_nodes(type=float, shape=\"1,299,299,3\") sort_by_execution_order", "strip_unused_nodes(type=float, shape=\"1,299,299,3\")|sort_by_execution_order")]
    [InlineData("remove_nodes(op=Identity, op=CheckNumerics),quantize_weights", "remove_nodes(op=Identity, op=CheckNumerics)|quantize_weights")]
    public void Parse_Grammar_GivesCalls(string text, string expected) => Assert.Equal(expected, string.Join("|", TransformParser.Parse(text)));

    [Theory]
    [InlineData("fold_constants(")]
    [InlineData("fold_constants(a)")]
    [InlineData("strip_unused_nodes(shape=\"1,2)")]
    [InlineData("=x")]
    public void Parse_Broken_NamesThePosition(string text) => Assert.Contains("position", Assert.Throws<UsageException>(() => TransformParser.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Create_UnknownName_SuggestsNearOnes() =>
        Assert.Contains("did you mean 'fold_constants'", Assert.Throws<UsageException>(() => Transforms.Parse("fold_constant")).Message, StringComparison.Ordinal);

    [Fact]
    public void Create_EveryName_MakesAPass()
    {
        KeyValuePair<string, string>[] arguments =
        [
            new("attribute_name", "a"), new("old_attribute_name", "a"), new("new_attribute_name", "b"), new("old_op_name", "A"), new("new_op_name", "B"), new("op", "Identity"),
        ];
        Assert.All(Transforms.Names, n => Assert.NotNull(Transforms.Create(n, arguments)));
    }
}
