using Pare.Formats;
using Pare.Formats.TensorBoard;

namespace Pare.Workflows;

/// <summary>Writes event files that TensorBoard draws a model's graph from, one run a model. Stateless and thread-safe.</summary>
public static class TensorBoardExporter
{
    /// <summary>Writes the event files of models into a folder, which may exist and hold other runs.</summary>
    /// <param name="models">The models' files.</param>
    /// <param name="folder">The folder for TensorBoard.</param>
    /// <param name="outputs">Takes the files.</param>
    /// <param name="time">When the event files say they were written.</param>
    public static TensorBoardReport Export(IReadOnlyList<string> models, string folder, FileTransaction outputs, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(outputs);
        OpenedModel[] opened = [.. models.Select(m => ModelFile.Open(m))];
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        List<TensorBoardRun> runs = [];
        foreach (OpenedModel model in opened)
        {
            string name = Unique(Path.GetFileNameWithoutExtension(model.Path), names);
            string run = Path.Combine(folder, name);
            Directory.CreateDirectory(run);
            string file = Path.Combine(run, EventFile.NameOf(time, "pare"));
            EventFile.Write(outputs.Create(file), GraphDefOf(model), time);
            runs.Add(new TensorBoardRun(model.Path, name, file, model.Model.Graph.Nodes.Count));
        }

        return new TensorBoardReport { Folder = folder, Runs = runs };
    }

    // A graph in the binary form goes as it stands, weights and all; others are written anew or sketched.
    private static ReadOnlyMemory<byte> GraphDefOf(OpenedModel model)
    {
        if (!ReferenceEquals(model.Model.Vocabulary, Vocabularies.TensorFlow))
        {
            return GraphSketch.Create(model.Model);
        }

        if (model.Suffix == ".pb")
        {
            return model.Content.ToMemory();
        }

        using MemoryStream stream = new();
        model.Format.Write(model.Model, new StreamTarget(stream, ".pb"));
        return stream.ToArray();
    }

    private static string Unique(string wanted, HashSet<string> taken)
    {
        string name = wanted.Length == 0 ? "model" : wanted;
        for (int i = 2; !taken.Add(name); i++)
        {
            name = $"{wanted}_{i}";
        }

        return name;
    }
}
