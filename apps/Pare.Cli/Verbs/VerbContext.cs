using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pare.Formats;
using Pare.Runtime;

namespace Pare.Cli;

/// <summary>What a verb is given: the parsed options and where its results go.</summary>
internal sealed class VerbContext
{
    private readonly ParseResult _parsed;
    private readonly Terminal _terminal;
    private readonly Interruption _interruption;

    public VerbContext(ParseResult parsed, Terminal terminal, Interruption interruption)
    {
        _parsed = parsed;
        _terminal = terminal;
        _interruption = interruption;
    }

    public bool Json { get; init; }

    public bool Quiet { get; init; }

    public bool Verbose { get; init; }

    public int Threads { get; init; }

    public CancellationToken Cancellation => _interruption.Token;

    /// <summary>Runs models.</summary>
    public IModelRunner Runner => field ??= new OnnxRuntimeRunner();

    public T? Get<T>(Option<T> option) => _parsed.GetValue(option);

    public T GetRequired<T>(Argument<T> argument) => _parsed.GetRequiredValue(argument);

    /// <summary>Whether an option stands on the command line.</summary>
    public bool Has(Option option) => _parsed.GetResult(option) is { Implicit: false };

    /// <summary>The files that the verb writes; what is not committed goes when the verb ends, however that comes about.</summary>
    public FileTransaction OpenOutputs(bool force)
    {
        FileTransaction batch = new(force);
        _interruption.Outputs = batch;
        return batch;
    }

    /// <summary>Prints the result: as JSON where that was asked for, else as the verb draws it.</summary>
    public void Print<T>(T report, JsonTypeInfo<T> json, Action<Printer> draw)
    {
        if (Json)
        {
            _terminal.Out.WriteLine(JsonSerializer.Serialize(report, json));
        }
        else
        {
            draw(new Printer(_terminal));
        }
    }

    /// <summary>Prints the result; the JSON is made by the one who knows the result.</summary>
    public void Print(Func<string> json, Action<Printer> draw)
    {
        if (Json)
        {
            _terminal.Out.WriteLine(json());
        }
        else
        {
            draw(new Printer(_terminal));
        }
    }

    /// <summary>Tells a person what was tolerated or assumed.</summary>
    public void Warn(string message)
    {
        if (!Quiet)
        {
            _terminal.Error.WriteLine($"pare: warning: {message}");
        }
    }

    /// <summary>Tells a person something worth knowing that is no result.</summary>
    public void Remark(string message)
    {
        if (!Quiet)
        {
            _terminal.Error.WriteLine($"pare: {message}");
        }
    }

    /// <summary>Says that a bound does not hold, whatever else is quiet.</summary>
    public void Complain(string message) => _terminal.Error.WriteLine($"pare: {message}");

    public void Tell(IEnumerable<Diagnostic> diagnostics)
    {
        foreach (Diagnostic d in diagnostics)
        {
            string text = d.Where is null ? d.Message : $"{d.Where}: {d.Message}";
            if (d.Severity == DiagnosticSeverity.Warning)
            {
                Warn(text);
            }
            else
            {
                Remark(text);
            }
        }
    }

    /// <summary>A bar for a step that may take long; shown only on a terminal and after a second.</summary>
    public ProgressBar Progress(string what) => new(_terminal.Error, what, _terminal.ErrorIsTerminal && !Quiet);
}
