using System.Globalization;

namespace Pare.Advising;

/// <summary>Chooses among measured candidates, and says why. Every sentence is about a number that was measured or a limit that was given.</summary>
internal sealed class AdviceRules(AdviceRequest request, DeviceProfile? device, bool hasDepthwise)
{
    private readonly AdviceGoal _goal = device?.Goal ?? AdviceGoal.Processor;

    /// <summary>The candidate to take; null where none will do.</summary>
    public AdviceCandidate? Choose(IReadOnlyList<AdviceCandidate> candidates)
    {
        AdviceCandidate[] good = [.. candidates.Where(c => c.IsUsable && IsAccurate(c))];
        return _goal switch
        {
            _ when good.Length == 0 => null,
            AdviceGoal.Memory => good.MinBy(c => c.Bytes + c.ArenaBytes),
            AdviceGoal.Download => good.MinBy(c => c.Pare ?? c.Gzip),
            AdviceGoal.Graphics => First(good, "float16", "float32"),
            AdviceGoal.Integers => First(good, "int8"),
            _ => First(good, hasDepthwise ? ["int8", "float16", "dynamic", "weights-int8", "float32"] : ["int8", "dynamic", "float16", "weights-int8", "float32"]) ?? good.MinBy(c => c.Bytes),
        };
    }

    /// <summary>Whether the loss is within the bound; where it was not measured, whether the technique is known to lose little (no activation is rounded by ranges that nobody measured).</summary>
    public bool IsAccurate(AdviceCandidate c) => c.Drop is { } drop ? drop <= request.MaxDrop : c.Technique is "float32" or "float16" or "dynamic" or "weights-int8";

    /// <summary>Why a candidate is the one, and why the others are not.</summary>
    public IReadOnlyList<string> Explain(AdviceCandidate? chosen, IReadOnlyList<AdviceCandidate> candidates)
    {
        List<string> reasons = [];
        AdviceCandidate? plain = candidates.FirstOrDefault(c => c.Technique == "float32" && c.Failed is null);
        if (chosen is not null)
        {
            reasons.Add($"{chosen.Technique}: {Bytes(chosen.Bytes!.Value)} bytes{(plain is not null && plain != chosen ? $", {Number((double)plain.Bytes!.Value / chosen.Bytes.Value)} times smaller than float32" : "")}, {Bytes(chosen.ArenaBytes!.Value)} bytes of tensor arena"
                + (chosen.Pare is { } pare && _goal == AdviceGoal.Download ? $", {Bytes(pare)} bytes packed as .pare ({Bytes(chosen.Gzip!.Value)} as gzip)" : "") + ".");
            reasons.Add(chosen.Drop is { } drop
                ? $"It loses {Number(drop)} ± {Number(chosen.DropMargin ?? 0)} points{(chosen.Accuracy is { } a ? $" ({Percent(a)} right)" : " of agreement")}, where {Number(request.MaxDrop)} are acceptable"
                    + (drop + chosen.DropMargin > request.MaxDrop ? "; the samples are too few to be sure of that." : ".")
                : "What it loses was not measured: there were no data.");
            if (Fit(chosen) is { } fit)
            {
                reasons.Add(fit);
            }

            if (chosen.FallBack.Count > 0)
            {
                reasons.Add($"The accelerator leaves {string.Join(", ", chosen.FallBack)} to the processor.");
            }
        }

        foreach (AdviceCandidate c in candidates.Where(c => c != chosen))
        {
            if (WhyNot(c) is { } why)
            {
                reasons.Add($"Not {c.Technique}: {why}.");
            }
        }

        if (hasDepthwise && _goal == AdviceGoal.Processor && candidates.Any(c => c.Technique == "dynamic" && c != chosen && c.IsUsable))
        {
            reasons.Add("Not dynamic: the model has depthwise convolutions, which LiteRT computes slower with dynamic range than in float (209 against 118 µs measured on MLPerf Tiny's visual wake words).");
        }

        return reasons;
    }

    /// <summary>What training would be needed, where what was made after training does not do.</summary>
    public IReadOnlyList<string> Training(AdviceCandidate? chosen, IReadOnlyList<AdviceCandidate> candidates)
    {
        List<string> needs = [];
        AdviceCandidate? integers = candidates.FirstOrDefault(c => c.Technique == "int8" && c.Drop is not null);
        if (integers is not null && !IsAccurate(integers) && (chosen is null || _goal is AdviceGoal.Memory or AdviceGoal.Integers))
        {
            needs.Add($"quantization-aware training: int8 loses {Number(integers.Drop!.Value)} points after training, more than {Number(request.MaxDrop)}");
        }

        AdviceCandidate? narrow = candidates.FirstOrDefault(c => c.Technique.StartsWith("channels", StringComparison.Ordinal) && c.IsUsable && c.Drop is not null && !IsAccurate(c));
        if (chosen is null && narrow is not null)
        {
            needs.Add($"fine-tuning after pruning: '{narrow.Technique}' fits, but loses {Number(narrow.Drop!.Value)} points");
        }

        return needs;
    }

    /// <summary>Architectures that fit, where nothing that was made does.</summary>
    public IReadOnlyList<LowCostArchitecture> Architectures(AdviceCandidate? chosen, IReadOnlyList<AdviceCandidate> candidates)
    {
        long? flash = request.Flash ?? device?.Flash;
        bool tooBig = candidates.Any(c => c.Failed is null) && candidates.Where(c => c.Failed is null).All(c => c.FitsFlash == false || c.FitsRam == false);
        return chosen is null && tooBig ? [.. LowCostArchitecture.All.Where(a => flash is null || a.Parameters * 5 / 4 <= flash)] : [];
    }

    /// <summary>Options that would sharpen the advice.</summary>
    public IReadOnlyList<string> Missing()
    {
        List<string> missing = [];
        if (request.Data is null)
        {
            missing.Add("--data DATA: samples, with which int8 can be calibrated and every loss measured");
        }
        else if (request.TestData is null)
        {
            missing.Add("--test-data DATA: samples that calibration does not see, to measure losses on");
        }

        if (request.Target is null)
        {
            missing.Add($"--target DEVICE: one of {string.Join(", ", DeviceProfiles.All.Select(d => d.Name))}");
        }

        if (request.Flash is null && device?.Flash is null)
        {
            missing.Add("--flash BYTES: what the model's file may take");
        }

        if (request.Ram is null && device?.Ram is null)
        {
            missing.Add("--ram BYTES: what the tensor arena may take");
        }

        return missing;
    }

    private string? Fit(AdviceCandidate c)
    {
        List<string> parts = [];
        if ((request.Flash ?? device?.Flash) is { } flash)
        {
            parts.Add($"the file takes {Percent((double)c.Bytes!.Value / flash)} of {Bytes(flash)} bytes of flash");
        }

        if ((request.Ram ?? device?.Ram) is { } ram)
        {
            parts.Add($"the tensor arena {Percent((double)c.ArenaBytes!.Value / ram)} of {Bytes(ram)} bytes of RAM (the interpreter's tables and the kernels' scratch not counted)");
        }

        return parts.Count == 0 ? null : $"It fits: {string.Join(", ", parts)}.";
    }

    private string? WhyNot(AdviceCandidate c)
    {
        if (c.Failed is not null)
        {
            return c.Failed.TrimEnd('.');
        }

        if (c.Unsupported.Count > 0)
        {
            UnsupportedNode first = c.Unsupported[0];
            return $"{c.Unsupported.Count} operators do not run there, the first {first.Operator} '{first.Node}': {first.Why}";
        }

        if (c.FitsFlash == false)
        {
            return $"the file of {Bytes(c.Bytes!.Value)} bytes exceeds {Bytes((request.Flash ?? device?.Flash)!.Value)} bytes of flash";
        }

        if (c.FitsRam == false)
        {
            return $"the tensor arena of {Bytes(c.ArenaBytes!.Value)} bytes exceeds {Bytes((request.Ram ?? device?.Ram)!.Value)} bytes of RAM";
        }

        return IsAccurate(c) ? null
            : c.Drop is { } drop ? $"it loses {Number(drop)} ± {Number(c.DropMargin ?? 0)} points, more than {Number(request.MaxDrop)}"
            : "what it loses is not known without data";
    }

    private static AdviceCandidate? First(AdviceCandidate[] good, params string[] order) => order.Select(t => Array.Find(good, c => c.Technique == t)).FirstOrDefault(c => c is not null);

    private static string Bytes(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Percent(double value) => (value * 100).ToString("0.0", CultureInfo.InvariantCulture) + "%";
}
