using Xunit;

namespace Pare.Cli.Tests.Options;

/// <summary>Sizes as people write them.</summary>
public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("250000", 250_000)]
    [InlineData("250KB", 250_000)]
    [InlineData("250kb", 250_000)]
    [InlineData("1.5MB", 1_500_000)]
    [InlineData("512KiB", 524_288)]
    [InlineData("1.5 MiB", 1_572_864)]
    [InlineData("2G", 2_000_000_000)]
    [InlineData("7B", 7)]
    public void TryParse_Size_GivesBytes(string text, long expected)
    {
        Assert.True(ByteSize.TryParse(text, out long bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("KB")]
    [InlineData("-5")]
    [InlineData("1e3")]
    [InlineData("1,5MB")]
    [InlineData("NaN")]
    [InlineData("99999999999999GB")]
    public void TryParse_Nonsense_GivesFalse(string text) => Assert.False(ByteSize.TryParse(text, out _));
}
