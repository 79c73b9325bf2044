using System.CommandLine;
using Pare.Evaluation;

namespace Pare.Cli;

/// <summary>What to do about samples that cannot be read: all are named, and without <c>--skip-unreadable</c> they make the verb fail.</summary>
internal sealed class SkipOption
{
    private readonly Option<bool> _skip = new("--skip-unreadable") { Description = "Count unreadable samples as skipped instead of failing" };

    public Symbol Symbol => _skip;

    /// <summary>Whether unreadable samples may be skipped.</summary>
    public bool IsSet(VerbContext context) => context.Get(_skip);

    /// <summary>Names the samples.</summary>
    /// <exception cref="ModelFormatException">There are some, and they may not be skipped.</exception>
    public void Judge(VerbContext context, IReadOnlyList<UnreadableSample> unreadable)
    {
        if (unreadable.Count == 0)
        {
            return;
        }

        foreach (UnreadableSample u in unreadable)
        {
            context.Complain($"unreadable: {u.File}: {u.Why}");
        }

        if (!context.Get(_skip))
        {
            throw new ModelFormatException("data", $"{unreadable.Count} samples cannot be read, first {unreadable[0].File}; --skip-unreadable leaves them out");
        }
    }
}
