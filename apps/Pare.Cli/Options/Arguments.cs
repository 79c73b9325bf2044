using System.CommandLine;

namespace Pare.Cli;

/// <summary>Arguments and options that several verbs share.</summary>
internal static class Arguments
{
    public static Argument<string> Model() => new("MODEL") { Description = "A model: .pb, .pbtxt, .onnx, .tflite, .h5, .keras, a SavedModel folder, also inside .gz, a one-file .zip or .pare" };

    public static Argument<string[]> Models() => new("MODEL") { Description = "Models: .pb, .pbtxt, .onnx, SavedModel folders, also inside .gz, a one-file .zip or .pare", Arity = ArgumentArity.OneOrMore };

    public static Option<string> Output(string description = "Where to write the result") => new("--output", "-o") { Description = description, Required = true, HelpName = "OUT" };

    public static Option<string?> Signature() => new("--signature") { Description = "Which of a SavedModel's signatures names inputs and outputs (default: serving_default)", HelpName = "NAME" };

    public static Option<bool> Force() => new("--force", "-f") { Description = "Replace existing output files" };

    public static Option<int> Seed() => new("--seed") { Description = "Seed of every random choice", DefaultValueFactory = _ => 0, HelpName = "N" };

    public static Option<string> Check() => new("--check") { Description = "Run before and after on the same inputs: DATA, random:N or none", DefaultValueFactory = _ => "random:4", HelpName = "CHECK" };

    public static Option<string?> Labels() => new("--labels") { Description = "Names of the classes, one a line (default: <model>.labels.txt, labels.txt or retrained_labels.txt beside the model)", HelpName = "FILE" };

    public static Option<string?> Recipe() => new("--recipe") { Description = "Keep what was done, to be replayed by 'pare apply'", HelpName = "OUT.json" };

    public static Option<string?> Histogram() => new("--histogram") { Description = "Draw how the weights are spread, a panel a tensor, with the centroids where they are few", HelpName = "OUT.png" };

    /// <summary>Names separated by commas, in one option or several.</summary>
    public static Option<string[]> Names(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "A,B",
        Arity = ArgumentArity.ZeroOrMore,
        CustomParser = r => [.. r.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))],
    };

    /// <summary>Pairs NAME=VALUE, an option each.</summary>
    public static Option<string[]> Pairs(string name, string description, string example) => new(name) { Description = description, HelpName = example, Arity = ArgumentArity.ZeroOrMore, AllowMultipleArgumentsPerToken = false };

    /// <summary>The pairs of an option.</summary>
    /// <exception cref="UsageException">One is no pair.</exception>
    public static Dictionary<string, string> Split(IEnumerable<string>? pairs, string option, string example)
    {
        Dictionary<string, string> split = new(StringComparer.Ordinal);
        foreach (string text in pairs ?? [])
        {
            int at = text.LastIndexOf('=');
            split[at > 0 && at < text.Length - 1 ? text[..at] : throw new UsageException($"{option} {text}: expected NAME=VALUE, such as {example}", option)] = text[(at + 1)..];
        }

        return split;
    }

    /// <summary>A size in bytes, see <see cref="ByteSize"/>.</summary>
    public static Option<long?> Size(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "SIZE",
        CustomParser = r =>
        {
            if (ByteSize.TryParse(r.Tokens[0].Value, out long bytes))
            {
                return bytes;
            }

            r.AddError($"{name} {r.Tokens[0].Value}: expected a size such as 250000, 250KB, 1.5MB, 512KiB");
            return null;
        },
    };
}
