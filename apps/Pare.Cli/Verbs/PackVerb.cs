using System.CommandLine;
using Pare.Packing;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare pack MODEL -o OUT.pare</c>.</summary>
internal sealed class PackVerb : Verb
{
    private readonly Argument<string> _model = Arguments.Model();
    private readonly Option<string> _output = Arguments.Output("Where to write the container: OUT.pare");
    private readonly Option<double?> _sqnr = new("--sqnr") { Description = "Code the weights at a signal-to-noise ratio in decibels (default: without loss)", HelpName = "DB" };
    private readonly Option<int?> _quality = new("--quality") { Description = "1 to 100: --sqnr of 10 and 0.4 decibels for each", HelpName = "Q" };
    private readonly LossyOptions _loss = new();
    private readonly Option<string> _check = Arguments.Check();
    private readonly Option<string?> _recipe = Arguments.Recipe();
    private readonly Option<bool> _force = Arguments.Force();

    public PackVerb() => _check.Description = "Without loss: compare bytes. With loss: run before and after on the same inputs: DATA, random:N; none: neither";

    public override string Example => "pare pack samples/petals/petals.pb -o petals.pare";

    protected override IEnumerable<Symbol> Symbols => [_model, _output, .. _loss.Symbols, _quality, _sqnr, _check, _recipe, _force];

    protected override int Run(VerbContext context)
    {
        string output = context.Get(_output)!;
        FilePacker.CheckSuffix(output);
        double? decibels = context.Get(_sqnr) ?? Decibels(context.Get(_quality));
        if (_loss.Read(context, context.GetRequired(_model), output, context.Get(_recipe)) is { } request)
        {
            return decibels is null
                ? LossyPackRunner.Run(context, request, context.Get(_force))
                : throw new UsageException("--sqnr and --quality set the loss themselves; they do not go with --max-drop and --max-size", "--sqnr");
        }

        if (decibels is not { } sqnr)
        {
            PackJob job = new()
            {
                Input = context.GetRequired(_model),
                Output = output,
                Check = context.Get(_check) != "none",
                Recipe = context.Get(_recipe),
                Threads = context.Threads,
            };
            return PackRunner.Pack(context, job, context.Get(_force));
        }

        if (sqnr is not (>= 1 and <= 130))
        {
            throw new UsageException($"--sqnr {Show.Number(sqnr, "0.##")}: 1 to 130 decibels are possible", "--sqnr");
        }

        return RewriteRunner.Run(context, new RewriteRequest
        {
            Input = context.GetRequired(_model),
            Output = output,
            Steps = [new PackStep { Sqnr = sqnr }],
            Check = CheckOptions.Parse(context.Get(_check)!),
            Force = context.Get(_force),
            Recipe = context.Get(_recipe),
            Threads = context.Threads,
        });
    }

    private static double? Decibels(int? quality) => quality switch
    {
        null => null,
        >= 1 and <= 100 => 10 + (0.4 * quality),
        _ => throw new UsageException($"--quality {quality}: 1 to 100 are possible", "--quality"),
    };
}
