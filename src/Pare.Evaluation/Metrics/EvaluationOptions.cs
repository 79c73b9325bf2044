namespace Pare.Evaluation;

/// <summary>How an evaluation is run.</summary>
public sealed record EvaluationOptions
{
    /// <summary>How pictures become inputs, as given by the user (see <see cref="PreprocessingResolver"/>); null for the assumption.</summary>
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>Names of the model's classes; null where there is no labels file.</summary>
    public LabelList? Labels { get; init; }

    /// <summary>Values to feed instead of the model's inputs; null for the model's.</summary>
    public IReadOnlyList<string>? Inputs { get; init; }

    /// <summary>The output that holds the scores; null for the first of floating-point type.</summary>
    public string? Output { get; init; }

    /// <summary>The probability from which a binary model says yes; default 0.5.</summary>
    public double Threshold { get; init; } = 0.5;

    /// <summary>Samples run at once, each on one thread; 0 (the default) for all cores.</summary>
    public int Threads { get; init; }

    /// <summary>Samples of a batch where the model leaves it open; 8 by default.</summary>
    public int Batch { get; init; } = BatchSize.Usual;

    /// <summary>Whether <see cref="EvaluationRow.Scores"/> are kept.</summary>
    public bool KeepScores { get; init; }

    /// <summary>Name of the model for the report.</summary>
    public string ModelName { get; init; } = "";

    internal int EffectiveThreads => Threads > 0 ? Threads : Environment.ProcessorCount;
}
