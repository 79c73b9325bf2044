using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Pare.Cli;

/// <summary>A verb of the command line: its options and what it does. Thin: the work is done by the library.</summary>
internal abstract class Verb
{
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object instead of tables" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "No progress, no remarks, no warnings" };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Show the trace of an error" };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads to use (default: all cores); results do not depend on it", HelpName = "N" };

    protected Verb()
    {
        _threads.Validators.Add(r =>
        {
            if (r.Tokens.Count > 0 && int.TryParse(r.Tokens[0].Value, out int n) && n < 1)
            {
                r.AddError($"--threads {n}: at least 1 is needed");
            }
        });
    }

    /// <summary>A command that works on the committed samples, shown by <c>--help</c>.</summary>
    public abstract string Example { get; }

    /// <summary>Arguments and options, in the order of the help page.</summary>
    protected abstract IEnumerable<Symbol> Symbols { get; }

    public Command ToCommand(VerbEntry entry, bool withHelp, Terminal terminal, Interruption interruption)
    {
        Command command = new(entry.Name, entry.Summary);
        foreach (Symbol symbol in Symbols.Concat([_threads, _json, _quiet, _verbose]))
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)symbol);
            }
        }

        if (withHelp)
        {
            HelpOption help = new();
            help.Action = new HelpWithExample((HelpAction)help.Action!, Example);
            command.Add(help);
        }

        command.SetAction(parsed =>
        {
            int threads = parsed.GetValue(_threads);
            return Run(new VerbContext(parsed, terminal, interruption)
            {
                Json = parsed.GetValue(_json),
                Quiet = parsed.GetValue(_quiet),
                Verbose = parsed.GetValue(_verbose),
                Threads = threads > 0 ? threads : Environment.ProcessorCount,
            });
        });
        return command;
    }

    /// <summary>Does the work.</summary>
    /// <returns>0, or 1 where a stated bound does not hold; everything else is an exception.</returns>
    protected abstract int Run(VerbContext context);

    private sealed class HelpWithExample(HelpAction inner, string example) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = inner.Invoke(parseResult);
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Example:");
            output.WriteLine($"  {example}");
            return code;
        }
    }
}
