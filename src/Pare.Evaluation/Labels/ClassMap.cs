using System.Globalization;

namespace Pare.Evaluation;

/// <summary>Brings the classes of data and of a model together. Immutable and thread-safe.</summary>
public sealed class ClassMap
{
    private ClassMap(IReadOnlyList<string> names, int?[] labels, IReadOnlyList<Diagnostic> diagnostics)
    {
        Names = names;
        Labels = labels;
        Diagnostics = diagnostics;
    }

    /// <summary>Names of the classes, one an output (two for a binary model).</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Index of each sample's class, null where it has none; in the order of <see cref="Dataset.Items"/>.</summary>
    public IReadOnlyList<int?> Labels { get; }

    /// <summary>What was assumed.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>Finds each sample's class among a model's outputs: by name in the labels file, else in the sorted folder names, else by number.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="labels">A labels file; null where there is none.</param>
    /// <param name="columns">Scores that the model gives a sample; 1 for a binary model.</param>
    /// <exception cref="UsageException">Names or numbers do not fit the outputs; the message lists which.</exception>
    public static ClassMap Create(Dataset data, LabelList? labels, int columns)
    {
        ArgumentNullException.ThrowIfNull(data);
        int classes = Math.Max(columns, 2);
        List<Diagnostic> diagnostics = [];
        IReadOnlyList<string>? names = null;
        if (labels is not null)
        {
            if (labels.Names.Count == classes)
            {
                names = labels.Names;
            }
            else if (labels.IsNamed)
            {
                throw new UsageException($"'{labels.Source}' names {labels.Names.Count} classes, the model has {columns} outputs", labels.Source);
            }
            else
            {
                diagnostics.Add(new Diagnostic(
                    DiagnosticSeverity.Warning, $"{labels.Names.Count} labels do not match the model's {columns} outputs and were left aside", labels.Source));
            }
        }

        if (names is null && data.ClassNames is { } folders)
        {
            names = folders.Count == classes ? folders : throw new UsageException(
                $"the data have {folders.Count} classes ({string.Join(", ", folders.Take(5))}{(folders.Count > 5 ? ", ..." : "")}), the model has {columns} outputs: give --labels");
        }

        int?[] indices = Resolve(data, names, classes);
        return new ClassMap(names ?? [.. Enumerable.Range(0, classes).Select(i => i.ToString(CultureInfo.InvariantCulture))], indices, diagnostics);
    }

    private static int?[] Resolve(Dataset data, IReadOnlyList<string>? names, int classes)
    {
        Dictionary<string, int> exact = new(StringComparer.Ordinal);
        Dictionary<string, int> loose = new(StringComparer.Ordinal);
        for (int i = 0; i < (names?.Count ?? 0); i++)
        {
            exact.TryAdd(names![i], i);
            loose.TryAdd(LabelList.Normalize(names[i]), i);
        }

        SortedSet<string> unknown = new(StringComparer.Ordinal);
        int?[] indices = new int?[data.Items.Count];
        for (int i = 0; i < indices.Length; i++)
        {
            SampleInfo item = data.Items[i];
            if (item.LabelName is { } name && (exact.TryGetValue(name, out int index) || loose.TryGetValue(LabelList.Normalize(name), out index)))
            {
                indices[i] = index;
            }
            else if ((item.Label ?? AsNumber(item.LabelName)) is { } number)
            {
                indices[i] = number;
                if (number >= classes)
                {
                    throw new UsageException($"sample '{item.Name}' is of class {number}, the model has {classes} classes (0 to {classes - 1})");
                }
            }
            else if (item.LabelName is not null)
            {
                unknown.Add(item.LabelName);
            }
        }

        return unknown.Count == 0 ? indices : throw new UsageException(
            $"{unknown.Count} classes of the data are none of the model's: {string.Join(", ", unknown.Take(10))}{(unknown.Count > 10 ? ", ..." : "")}"
            + (names is null ? "; give --labels" : $"; it knows {string.Join(", ", names.Take(10))}{(names.Count > 10 ? ", ..." : "")}"));
    }

    private static int? AsNumber(string? name) => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : null;
}
