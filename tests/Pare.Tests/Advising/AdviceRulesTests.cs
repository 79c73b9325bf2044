using Pare.Advising;
using Xunit;

namespace Pare.Tests.Advising;

/// <summary>What is chosen among measured candidates, and what is said of them.</summary>
public sealed class AdviceRulesTests
{
    private static readonly AdviceRequest s_request = new() { Input = "m.h5", MaxDrop = 1, Data = "d", TestData = "t" };

    [Fact]
    public void Choose_Microcontroller_TakesTheLeastMemoryThatAnswersWellEnough()
    {
        AdviceRules rules = Rules("esp32");
        AdviceCandidate[] all = [Made("float32", 400, 100, 0), Made("weights-int8", 120, 100, 0.1), Made("int8", 110, 30, 0.9)];
        Assert.Equal("int8", rules.Choose(all)!.Technique);
        Assert.Equal("weights-int8", rules.Choose([all[0], all[1], all[2] with { Drop = 1.1 }])!.Technique);
        Assert.Equal("float32", rules.Choose([all[0], all[1] with { Unsupported = [new UnsupportedNode("n", "CONV_2D", "no kernel")] }, all[2] with { FitsRam = false }])!.Technique);
    }

    [Theory]
    [InlineData("phone-cpu", false, "int8")]
    [InlineData("phone-gpu", false, "float16")]
    [InlineData("edgetpu", true, "int8")]
    [InlineData("download", false, "prune 0.5")]
    public void Choose_Device_TakesWhatItIsFastOrSmallWith(string target, bool depthwise, string technique)
    {
        AdviceCandidate[] all = [Made("float32", 400, 100, 0), Made("float16", 200, 100, 0), Made("dynamic", 110, 100, 0.2), Made("int8", 112, 30, 0.4), Made("prune 0.5", 400, 100, 0.5) with { Pare = 60 }];
        Assert.Equal(technique, new AdviceRules(s_request with { Target = target }, DeviceProfiles.Find(target), depthwise).Choose(all)!.Technique);
    }

    [Theory]
    [InlineData(false, "dynamic")]
    [InlineData(true, "float16")]
    public void Choose_IntegersLoseTooMuch_DynamicRangeUnlessDepthwise(bool depthwise, string technique)
    {
        AdviceRules rules = new(s_request, DeviceProfiles.Find("phone-cpu"), depthwise);
        AdviceCandidate[] all = [Made("float32", 400, 100, 0), Made("float16", 200, 100, 0), Made("dynamic", 110, 100, 0.2), Made("int8", 112, 30, 4)];
        AdviceCandidate chosen = rules.Choose(all)!;
        Assert.Equal(technique, chosen.Technique);
        string said = string.Join('\n', rules.Explain(chosen, all));
        Assert.Contains("Not int8: it loses 4 ± 0.3 points, more than 1", said, StringComparison.Ordinal);
        Assert.Equal(depthwise, said.Contains("depthwise", StringComparison.Ordinal));
    }

    [Fact]
    public void Choose_NoData_TakesNothingWhoseLossNobodyMeasured()
    {
        AdviceRules rules = new(s_request with { Data = null }, DeviceProfiles.Find("esp32"), false);
        Assert.Null(rules.Choose([Made("channels 0.5 + float32", 100, 30, null)]));
        Assert.Equal("float32", rules.Choose([Made("float32", 400, 100, null), Made("channels 0.5 + float32", 100, 30, null)])!.Technique);
    }

    [Fact]
    public void Explain_UnsureOfTheLoss_SaysThatSamplesAreFew()
    {
        AdviceRules rules = Rules("esp32");
        AdviceCandidate close = Made("int8", 110, 30, 0.9);
        Assert.Contains(rules.Explain(close, [close]), s => s.Contains("too few", StringComparison.Ordinal));
        AdviceCandidate safe = Made("int8", 110, 30, 0.1);
        Assert.DoesNotContain(rules.Explain(safe, [safe]), s => s.Contains("too few", StringComparison.Ordinal));
    }

    [Fact]
    public void Training_NothingHolds_AsksForWhatWouldMend()
    {
        AdviceRules rules = Rules("esp32");
        AdviceCandidate[] all = [Made("float32", 400, 100, 0) with { FitsRam = false }, Made("int8", 110, 30, 3) with { FitsFlash = false }, Made("channels 0.5 + int8", 50, 20, 6)];
        Assert.Null(rules.Choose(all));
        IReadOnlyList<string> needs = rules.Training(null, all);
        Assert.Contains(needs, n => n.StartsWith("quantization-aware training", StringComparison.Ordinal));
        Assert.Contains(needs, n => n.StartsWith("fine-tuning after pruning", StringComparison.Ordinal) && n.Contains('6'));
        Assert.Empty(rules.Architectures(null, all));
    }

    [Fact]
    public void Architectures_NothingFits_OnlyThoseThatDo()
    {
        AdviceRules rules = new(s_request with { Flash = 300_000 }, DeviceProfiles.Find("esp32"), false);
        IReadOnlyList<LowCostArchitecture> fit = rules.Architectures(null, [Made("float32", 9_000_000, 100, 0) with { FitsFlash = false }, Made("int8", 2_000_000, 100, 0) with { FitsFlash = false }]);
        Assert.NotEmpty(fit);
        Assert.All(fit, a => Assert.True(a.Parameters < 300_000));
        Assert.Empty(rules.Architectures(Made("int8", 1, 1, 0), [Made("int8", 1, 1, 0) with { FitsFlash = true }]));
    }

    [Fact]
    public void Find_UnknownDevice_ListsThem() => Assert.Contains("esp32", Assert.Throws<UsageException>(() => DeviceProfiles.Find("toaster")).Message, StringComparison.Ordinal);

    [Fact]
    public void All_Devices_NameRuntimesThatAreKnownAndSources()
    {
        Assert.All(DeviceProfiles.All, d => Assert.Equal(d.Runtime, Workflows.RuntimeTargets.Find(d.Runtime).Name));
        Assert.All(DeviceProfiles.All, d => Assert.False(string.IsNullOrWhiteSpace(d.Source)));
        Assert.Equal(DeviceProfiles.All.Count, DeviceProfiles.All.Select(d => d.Name).Distinct().Count());
    }

    private static AdviceRules Rules(string target) => new(s_request, DeviceProfiles.Find(target), false);

    private static AdviceCandidate Made(string technique, long bytes, long arena, double? drop) => new()
    {
        Technique = technique,
        Commands = [],
        Bytes = bytes,
        Gzip = bytes,
        Pare = bytes,
        ArenaBytes = arena,
        Accuracy = drop is null ? null : 0.9,
        Drop = drop,
        DropMargin = drop is null ? null : 0.3,
    };
}
