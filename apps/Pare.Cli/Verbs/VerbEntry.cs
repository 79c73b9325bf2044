namespace Pare.Cli;

/// <summary>A line of the table of verbs.</summary>
/// <param name="Name">The verb.</param>
/// <param name="Summary">One line for the list of verbs.</param>
/// <param name="Create">Makes the verb when it is asked for.</param>
internal sealed record VerbEntry(string Name, string Summary, Func<Verb> Create)
{
    /// <summary>What the verb needs whatever its options are: begun on other threads before the options are parsed. Null for nothing. The task never fails.</summary>
    public Func<Task>? Prepare { get; init; }
}
