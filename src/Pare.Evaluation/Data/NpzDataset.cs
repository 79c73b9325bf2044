using System.Globalization;
using System.Text;

namespace Pare.Evaluation;

/// <summary>Tensors in an <c>.npz</c>: an array an input, samples along the first axis, and optionally <c>labels</c> (indices, or names as strings).</summary>
internal sealed class NpzDataset : Dataset
{
    private readonly string _path;
    private readonly List<KeyValuePair<string, TensorData>> _arrays = [];
    private readonly SampleInfo[] _items;

    public NpzDataset(string path)
    {
        _path = path;
        using NpzFile npz = NpzFile.Open(path);
        TensorData? labels = null;
        long count = -1;
        foreach (string name in npz.Names)
        {
            TensorData array = npz.Read(name);
            if (array.Shape.Rank == 0)
            {
                throw new ModelFormatException("NumPy archive", "the array is a scalar; samples must run along a first axis", node: name, file: path);
            }

            if (count >= 0 && array.Shape[0] != count)
            {
                throw new ModelFormatException("NumPy archive", $"the array has {array.Shape[0]} samples, others {count}", node: name, file: path);
            }

            count = array.Shape[0];
            if (name is "labels" or "label")
            {
                labels = array;
            }
            else
            {
                _arrays.Add(new(name, array));
            }
        }

        if (_arrays.Count == 0 || count < 1 || count > int.MaxValue)
        {
            throw new UsageException($"'{path}' holds no arrays of samples", path);
        }

        _items = new SampleInfo[count];
        FillItems(labels);
    }

    public override string Name => ArchiveNames.WithoutSuffix(_path);

    public override IReadOnlyList<SampleInfo> Items => _items;

    public override bool IsImages => false;

    public override IEnumerable<Sample> Read(IReadOnlyList<int> selection)
    {
        foreach (int i in selection)
        {
            yield return new Sample(i, _items[i], () => new TensorContent([.. _arrays.Select(a => KeyValuePair.Create(a.Key, TensorRows.Row(a.Value, i)))]));
        }
    }

    private void FillItems(TensorData? labels)
    {
        if (labels is not null && labels.Count != _items.Length)
        {
            throw new ModelFormatException("NumPy archive", $"the shape {labels.Shape} gives no one label a sample", node: "labels", file: _path);
        }

        IReadOnlyList<ReadOnlyMemory<byte>>? names = labels?.Type == DataType.String ? labels.GetStrings() : null;
        float[]? floats = labels is not null && names is null && labels.Type.IsFloat() ? labels.ToFloats() : null;
        long[]? integers = labels is not null && names is null && floats is null ? labels.ToInt64s() : null;
        for (int i = 0; i < _items.Length; i++)
        {
            string row = i.ToString(CultureInfo.InvariantCulture);
            if (names is not null)
            {
                _items[i] = new SampleInfo(row, null, Encoding.UTF8.GetString(names[i].Span));
                continue;
            }

            double? label = floats is not null ? floats[i] : integers?[i];
            if (label is { } l && !(l >= 0 && l <= int.MaxValue && l == Math.Floor(l)))
            {
                throw new ModelFormatException("NumPy archive", $"label {i} is {l}, no index of a class", node: "labels", file: _path);
            }

            _items[i] = new SampleInfo(row, (int?)label);
        }
    }
}
