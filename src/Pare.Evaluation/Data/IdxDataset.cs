using System.Globalization;

namespace Pare.Evaluation;

/// <summary>Pictures in an IDX file (the format of MNIST), one or three channels, with the labels that lie beside it.</summary>
internal sealed class IdxDataset : Dataset
{
    private readonly string _path;
    private readonly DatasetOptions _options;
    private readonly SampleInfo[] _items;
    private readonly List<Diagnostic> _diagnostics = [];

    public IdxDataset(string path, DatasetOptions options, Diagnostic? choice)
    {
        _path = path;
        _options = options;
        if (choice is not null)
        {
            _diagnostics.Add(choice);
        }

        using IdxStream images = IdxStream.Open(path, options);
        if (images.Dimensions.Length < 3 || (images.Dimensions.Length == 4 && images.Dimensions[3] is not (1 or 3)))
        {
            throw new ModelFormatException("IDX", $"the shape [{string.Join(",", images.Dimensions)}] is none of pictures", file: path);
        }

        int count = images.Dimensions[0];
        byte[]? labels = IdxFiles.LabelsOf(path) is { } file ? ReadLabels(file, count) : null;
        if (labels is null)
        {
            // Without labels nothing else vouches for the count that the header claims.
            byte[] item = new byte[images.ItemBytes];
            for (int i = 0; i < count; i++)
            {
                images.Read(item);
            }

            _diagnostics.Add(new Diagnostic(DiagnosticSeverity.Information, "no labels lie beside the pictures", path));
        }

        _items = new SampleInfo[count];
        for (int i = 0; i < count; i++)
        {
            _items[i] = new SampleInfo(i.ToString(CultureInfo.InvariantCulture), labels?[i]);
        }
    }

    public override string Name => ArchiveNames.WithoutSuffix(_path);

    public override IReadOnlyList<SampleInfo> Items => _items;

    public override IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    public override bool IsImages => true;

    public override IEnumerable<Sample> Read(IReadOnlyList<int> selection)
    {
        using IdxStream images = IdxStream.Open(_path, _options);
        int at = 0;
        byte[] item = new byte[images.ItemBytes];
        (int height, int width) = (images.Dimensions[1], images.Dimensions[2]);
        bool color = images.Dimensions.Length == 4 && images.Dimensions[3] == 3;
        foreach (int i in selection)
        {
            for (; at <= i; at++)
            {
                images.Read(item);
            }

            RgbImage image = color ? new RgbImage(width, height, item) : RgbImage.FromGray(width, height, item);
            yield return new Sample(i, _items[i], () => new ImageContent(image));
        }
    }

    private byte[] ReadLabels(string file, int count)
    {
        using IdxStream labels = IdxStream.Open(file, _options);
        if (labels.Dimensions.Length != 1 || labels.Dimensions[0] != count)
        {
            throw new ModelFormatException("IDX", $"the labels have the shape [{string.Join(",", labels.Dimensions)}], the pictures are {count}", file: file);
        }

        byte[] all = new byte[count];
        labels.Read(all);
        return all;
    }
}
