using Xunit;

namespace Pare.Evaluation.Tests;

public sealed class StatisticsTests
{
    [Fact]
    public void WilsonInterval_OfKnownCounts_IsThePublishedOne()
    {
        // Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        Assert.Equal((0.2553, 0.3662), Rounded(Statistics.WilsonInterval(81, 263)));
        Assert.Equal((0.0624, 0.1605), Rounded(Statistics.WilsonInterval(15, 148)));
        Assert.Equal((0.0, 0.1611), Rounded(Statistics.WilsonInterval(0, 20)));
        Assert.Equal((0.0061, 0.1718), Rounded(Statistics.WilsonInterval(1, 29)));
    }

    [Fact]
    public void McNemarExact_OfSmallCounts_IsTheBinomialTail()
    {
        Assert.Equal(1, Statistics.McNemarExact(0, 0));
        Assert.Equal(1, Statistics.McNemarExact(5, 5));
        Assert.Equal(2 * Math.Pow(0.5, 6), Statistics.McNemarExact(0, 6), 1e-12);
        Assert.Equal(2.0 * (1 + 10 + 45) / 1024, Statistics.McNemarExact(2, 8), 1e-12);
        Assert.Equal(Statistics.McNemarExact(700, 1300), Statistics.McNemarExact(1300, 700));
        Assert.InRange(Statistics.McNemarExact(0, 5000), 0, 1e-300);
    }

    [Fact]
    public void AreaUnderCurve_CountsTiesHalf()
    {
        Assert.Equal(1, Statistics.AreaUnderCurve([0.1, 0.2, 0.8, 0.9], [false, false, true, true]));
        Assert.Equal(0.5, Statistics.AreaUnderCurve([1, 1, 1, 1], [false, true, false, true]));
        Assert.Equal(0.75, Statistics.AreaUnderCurve([0.1, 0.4, 0.35, 0.8], [false, false, true, true]), 1e-12);
        Assert.True(double.IsNaN(Statistics.AreaUnderCurve([1], [true])));
    }

    [Fact]
    public void CrossEntropyOfLogits_OfLargeLogits_DoesNotOverflow()
    {
        Assert.Equal(1000, Scores.CrossEntropyOfLogits([1000, 0], 1), 1e-9);
        Assert.Equal(Math.Log(2), Scores.CrossEntropyOfLogits([3, 3], 0), 1e-12);
        Assert.Equal(12 * Math.Log(10), Scores.CrossEntropyOfProbabilities([0, 1], 0), 1e-9);
    }

    [Fact]
    public void ArgMax_AmongEquals_TakesTheLowestIndexAndNeverNaN()
    {
        Assert.Equal(1, Scores.ArgMax([float.NaN, 2, 2]));
        Assert.Equal(-1, Scores.ArgMax([float.NaN]));
        Assert.Equal(1, Scores.RankOf([2, 2, 1], 1));
        Assert.Equal([1, 0, 2], Scores.Top([1, 5, 1], 3));
    }

    [Fact]
    public void Drift_OfValues_FollowsItsFormulas()
    {
        Drift d = Drift.Of([3, 4], [3, 3]);
        Assert.Equal((1, 0.5, 10 * Math.Log10(25)), (d.MaxAbs, d.MeanAbs, d.SqnrDb));
        Assert.Equal(21 / (5 * Math.Sqrt(18)), d.Cosine, 1e-12);
        Assert.Equal(double.PositiveInfinity, Drift.Of([1], [float.NaN]).MaxAbs);
        Assert.Equal(0, Drift.Of([float.NaN], [float.NaN]).MaxAbs);
    }

    private static (double, double) Rounded((double Low, double High) x) => (Math.Round(x.Low, 4), Math.Round(x.High, 4));
}
