using System.CommandLine;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary>What runs the models: ONNX Runtime in this process, or Google's LiteRT under Node.</summary>
internal sealed class RuntimeOption
{
    private readonly Option<string> _runtime = new("--runtime") { Description = "What runs them: onnxruntime, in this process; litert, under Node (.tflite only, one thread)", DefaultValueFactory = _ => "onnxruntime", HelpName = "RUNTIME" };
    private readonly Option<string?> _litert = new("--litert") { Description = "Folder whose node_modules holds @litertjs/core (default: PARE_LITERT, else the current folder or one above)", HelpName = "FOLDER" };

    public RuntimeOption() => _runtime.AcceptOnlyFromAmong("onnxruntime", "litert");

    public IEnumerable<Symbol> Symbols => [_runtime, _litert];

    public bool IsLiteRt(VerbContext context) => context.Get(_runtime) == "litert";

    public string? LiteRtFolder(VerbContext context) => context.Get(_litert);

    /// <summary>LiteRT where it was asked for, to be disposed; else null, and the context's own runner serves.</summary>
    public LiteRtRunner? LiteRt(VerbContext context) => IsLiteRt(context) ? new LiteRtRunner(context.Get(_litert)) : null;
}
