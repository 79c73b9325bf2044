using System.Globalization;
using System.Text;

namespace Pare.Evaluation;

/// <summary>A table with a column an input (a number or a text a cell) and <c>label</c> (an index or a name). Held in memory.</summary>
internal sealed class CsvDataset : Dataset
{
    private readonly string _path;
    private readonly string[] _columns;
    private readonly List<SampleInfo> _items = [];
    private readonly List<string[]> _rows = [];

    public CsvDataset(string path, DatasetOptions options)
    {
        _path = path;
        using FileStream stream = File.OpenRead(path);
        using CsvReader csv = new(stream, path, options.MaxTableBytes);
        IReadOnlyList<string> header = csv.ReadRow() ?? throw new ModelFormatException("CSV", "the file is empty; expected a header with a column an input and 'label'", file: path);
        int label = -1;
        for (int i = 0; i < header.Count; i++)
        {
            if (header[i].Trim() is "label" or "labels")
            {
                label = i;
            }
        }

        _columns = [.. header.Where((_, i) => i != label).Select(h => h.Trim())];
        if (_columns.Length == 0)
        {
            throw new ModelFormatException("CSV", "the header names no inputs", file: path);
        }

        while (csv.ReadRow() is { } row)
        {
            if (row.Count != header.Count)
            {
                throw new ModelFormatException("CSV", $"line {csv.Line} has {row.Count} columns, the header {header.Count}", file: path);
            }

            string? text = label >= 0 && row[label].Length > 0 ? row[label].Trim() : null;
            int? index = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed) ? parsed : null;
            _items.Add(new SampleInfo(_items.Count.ToString(CultureInfo.InvariantCulture), index, text));
            _rows.Add([.. row.Where((_, i) => i != label)]);
            if (_items.Count > options.MaxSamples)
            {
                throw new UsageException($"'{path}' holds more than {options.MaxSamples} rows, the limit", path);
            }
        }

        if (_items.Count == 0)
        {
            throw new UsageException($"'{path}' holds no rows", path);
        }
    }

    public override string Name => ArchiveNames.WithoutSuffix(_path);

    public override IReadOnlyList<SampleInfo> Items => _items;

    public override bool IsImages => false;

    public override IEnumerable<Sample> Read(IReadOnlyList<int> selection)
    {
        foreach (int i in selection)
        {
            yield return new Sample(i, _items[i], () => Content(_rows[i]));
        }
    }

    private TensorContent Content(string[] row)
    {
        KeyValuePair<string, TensorData>[] tensors = new KeyValuePair<string, TensorData>[row.Length];
        for (int c = 0; c < row.Length; c++)
        {
            TensorData value = double.TryParse(row[c], NumberStyles.Float, CultureInfo.InvariantCulture, out double d)
                ? DenseTensorData.Create<double>(DataType.Float64, [d], TensorShape.Scalar)
                : new StringTensorData(TensorShape.Scalar, [Encoding.UTF8.GetBytes(row[c])]);
            tensors[c] = new(_columns[c], value);
        }

        return new TensorContent(tensors);
    }
}
