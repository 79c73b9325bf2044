using System.Globalization;

namespace Pare.Evaluation;

/// <summary>A <c>labels.csv</c>: a column <c>file</c>, and a column <c>label</c> (a name or an index) or one that begins with <c>index</c>.</summary>
internal sealed class LabelTable
{
    private LabelTable(IReadOnlyList<SampleInfo> items) => Items = items;

    /// <summary>Its rows, in order.</summary>
    public IReadOnlyList<SampleInfo> Items { get; }

    public static LabelTable Parse(Stream stream, string name, long maxBytes)
    {
        using CsvReader csv = new(stream, name, maxBytes);
        IReadOnlyList<string> header = csv.ReadRow() ?? throw new ModelFormatException("CSV", "the file is empty; expected a header with 'file' and 'label' or 'index'", file: name);
        int file = IndexOf(header, h => h == "file");
        int label = IndexOf(header, h => h == "label");
        int index = IndexOf(header, h => h.StartsWith("index", StringComparison.Ordinal));
        if (file < 0 || (label < 0 && index < 0))
        {
            throw new ModelFormatException("CSV", $"the header is '{string.Join(",", header)}'; expected 'file' and 'label' or a column that begins with 'index'", file: name);
        }

        List<SampleInfo> items = [];
        while (csv.ReadRow() is { } row)
        {
            if (row.Count != header.Count)
            {
                throw new ModelFormatException("CSV", $"line {csv.Line} has {row.Count} columns, the header {header.Count}", file: name);
            }

            string path = row[file].Replace('\\', '/');
            if (path.Length == 0 || Path.IsPathRooted(path) || path.Contains('\0') || path.Split('/').Contains(".."))
            {
                throw new ModelFormatException("CSV", $"line {csv.Line} names '{row[file]}', which is no file within the folder", file: name);
            }

            items.Add(new SampleInfo(path, IndexIn(row, index, csv.Line, name), label >= 0 && row[label].Length > 0 ? row[label] : null));
        }

        return new LabelTable(items);
    }

    private static int? IndexIn(IReadOnlyList<string> row, int column, int line, string name)
    {
        if (column < 0 || row[column].Length == 0)
        {
            return null;
        }

        return int.TryParse(row[column], NumberStyles.None, CultureInfo.InvariantCulture, out int i)
            ? i
            : throw new ModelFormatException("CSV", $"line {line} has the index '{row[column]}', which is no whole number", file: name);
    }

    private static int IndexOf(IReadOnlyList<string> header, Func<string, bool> match)
    {
        for (int i = 0; i < header.Count; i++)
        {
            if (match(header[i].Trim().ToLowerInvariant()))
            {
                return i;
            }
        }

        return -1;
    }
}
