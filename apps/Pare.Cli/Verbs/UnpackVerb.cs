using System.CommandLine;
using Pare.Packing;

namespace Pare.Cli;

/// <summary><c>pare unpack FILE.pare -o OUT</c>.</summary>
internal sealed class UnpackVerb : Verb
{
    private readonly Argument<string> _file = new("FILE") { Description = "A container, as 'pare pack' writes it" };
    private readonly Option<string> _output = Arguments.Output("Where to write the model, with the suffix of its own format");
    private readonly Option<bool> _force = Arguments.Force();

    public override string Example => "pare unpack petals.pare -o petals_again.pb";

    protected override IEnumerable<Symbol> Symbols => [_file, _output, _force];

    protected override int Run(VerbContext context)
    {
        PackJob job = new() { Input = context.GetRequired(_file), Output = context.Get(_output)!, Threads = context.Threads };
        return PackRunner.Unpack(context, job, context.Get(_force));
    }
}
