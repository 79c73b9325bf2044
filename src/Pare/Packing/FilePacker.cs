using System.Diagnostics;
using Pare.Formats;
using Pare.Workflows;

namespace Pare.Packing;

/// <summary>Packs any file into a container so that exactly its bytes come back, and unpacks containers. Stateless and thread-safe.</summary>
public static class FilePacker
{
    private const string Suffix = ".pare";

    /// <summary>Packs a file. The container appears when the caller commits <paramref name="outputs"/>.</summary>
    /// <param name="job">What to do.</param>
    /// <param name="outputs">Takes the container and the recipe.</param>
    /// <param name="progress">Receives progress in [0, 1]; null where nobody looks.</param>
    /// <param name="cancellation">Ends the job early.</param>
    /// <exception cref="UsageException">The output exists or is not called <c>.pare</c>, or the input is a container already.</exception>
    /// <exception cref="UnsupportedModelException">The model keeps tensors in further files.</exception>
    public static RewriteReport Pack(PackJob job, FileTransaction outputs, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(outputs);
        long started = Stopwatch.GetTimestamp();
        CheckSuffix(job.Output);
        FileTransaction.CheckTarget(job.Output, outputs.Overwrites);
        if (job.Recipe is not null)
        {
            FileTransaction.CheckTarget(job.Recipe, outputs.Overwrites);
        }

        List<string> warnings = [];
        (ByteSource content, Model? model) = Open(job.Input, warnings);
        Stream output = outputs.Create(job.Output);
        ModelPacker.Pack(content, model, output, new PackOptions { Threads = job.Threads, Progress = progress }, cancellation);
        if (job.Check)
        {
            Compare(output, content, cancellation);
        }

        RewriteReport report = Report(job, outputs, model, warnings, started);
        if (job.Recipe is not null)
        {
            new Recipe
            {
                Version = Recipe.CurrentVersion,
                Pare = ModelRewriter.Version,
                Check = job.Check ? "bytes" : "none",
                Steps = [new PackStep()],
                Input = report.Input,
                Output = report.Output!,
            }.Write(outputs.Create(job.Recipe));
        }

        return report;
    }

    /// <summary>Unpacks a container. The file appears when the caller commits <paramref name="outputs"/>.</summary>
    /// <param name="job">What to do.</param>
    /// <param name="outputs">Takes the file.</param>
    /// <param name="progress">Receives progress in [0, 1]; null where nobody looks.</param>
    /// <param name="cancellation">Ends the job early.</param>
    /// <exception cref="UsageException">The output exists, its suffix is of another format than the content, or the input is no container.</exception>
    /// <exception cref="ModelFormatException">The container is damaged.</exception>
    public static RewriteReport Unpack(PackJob job, FileTransaction outputs, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(outputs);
        long started = Stopwatch.GetTimestamp();
        FileTransaction.CheckTarget(job.Output, outputs.Overwrites);
        ByteSource file = File.Exists(job.Input) ? ByteSource.FromFile(job.Input) : throw new FileNotFoundException($"there is no file '{job.Input}'", job.Input);
        if (!ModelPacker.IsPacked(file))
        {
            throw new ModelFormatException("pare", $"'{job.Input}' is no container: it does not start with the bytes 8f 'pare'", 0);
        }

        CheckFormat(job);
        ModelPacker.Unpack(file, outputs.Create(job.Output), OpenOptions.Default.MaxDecompressedBytes, progress, cancellation);
        return Report(job, outputs, null, [], started);
    }

    /// <summary>Checks that an output is called <c>.pare</c>.</summary>
    /// <exception cref="UsageException">It is not.</exception>
    public static void CheckSuffix(string output)
    {
        if (!Path.GetExtension(output).Equals(Suffix, StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException($"the output '{output}' is no {Suffix} file; pack writes only these", "--output");
        }
    }

    // What is no model that Pare knows is packed by the look of its bytes.
    private static (ByteSource Content, Model? Model) Open(string path, List<string> warnings)
    {
        ByteSource content = ModelFile.OpenSource(path).Bytes;
        if (ModelPacker.IsPacked(ByteSource.FromFile(path)))
        {
            throw new UsageException($"'{path}' is packed already", "MODEL");
        }

        try
        {
            OpenedModel opened = ModelFile.Open(path);
            if (opened.Compression != FileCompression.None)
            {
                warnings.Add($"packed what '{path}' unpacks to; 'pare unpack' gives that back, not the {opened.Compression.ToString().ToLowerInvariant()} file");
            }

            warnings.AddRange(opened.Model.Diagnostics.Select(d => d.Where is null ? d.Message : $"{d.Where}: {d.Message}"));
            return (opened.Content, opened.Model);
        }
        catch (PareException e) when (e is not UsageException)
        {
            warnings.Add($"packed as bytes, not as a model: {e.Message}");
            return (content, null);
        }
    }

    private static void CheckFormat(PackJob job)
    {
        ModelSource source = ModelFile.OpenSource(job.Input);
        IModelFormat format;
        try
        {
            format = ModelFile.Identify(source);
        }
        catch (ModelFormatException)
        {
            // A file of no known format may be called anything.
            return;
        }

        string suffix = Path.GetExtension(job.Output).ToLowerInvariant();
        if (!format.Suffixes.Contains(suffix) && ModelFile.FormatOf(job.Output) is not null)
        {
            throw new UsageException($"'{job.Input}' holds a {format.Name} model, written as {string.Join(" or ", format.Suffixes)}, not {suffix}; to change the format use the verb convert", "--output");
        }
    }

    private static void Compare(Stream packed, ByteSource content, CancellationToken cancellation)
    {
        packed.Position = 0;
        byte[] bytes = new byte[packed.Length];
        packed.ReadExactly(bytes);
        using ComparingStream comparing = new(content);
        ModelPacker.Unpack(ByteSource.FromMemory(bytes), comparing, content.Length, null, cancellation);
        packed.Position = packed.Length;
    }

    private static RewriteReport Report(PackJob job, FileTransaction outputs, Model? model, List<string> warnings, long started) => new()
    {
        Input = FileReport.Of(job.Input),
        Output = FileReport.Of(job.Output, outputs),
        Inputs = model is null ? [] : [.. model.Graph.Inputs.Select(v => v.Name)],
        Outputs = model is null ? [] : [.. model.Graph.Outputs.Select(v => v.Name)],
        NodesBefore = model?.Graph.Nodes.Count ?? 0,
        NodesAfter = model?.Graph.Nodes.Count ?? 0,
        Changes = [],
        Check = new CheckReport { Data = job.Check ? "bytes" : "none", Passed = job.Check ? true : null },
        Warnings = warnings,
        Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
    };
}
