namespace Pare.Cli;

/// <summary>Draws results for a person.</summary>
internal sealed class Printer(Terminal terminal)
{
    public void Line(string text = "") => terminal.Out.WriteLine(text);

    /// <summary>Pairs of a name and a value, the values below each other.</summary>
    public void Pairs(params IEnumerable<(string Name, string Value)> pairs)
    {
        (string Name, string Value)[] all = [.. pairs];
        int width = all.Length == 0 ? 0 : all.Max(p => p.Name.Length);
        foreach ((string name, string value) in all)
        {
            Line($"{name.PadRight(width)}  {value}");
        }
    }

    /// <summary>A table, by Spectre.Console, whose assembly is loaded here and not before.</summary>
    public void Table(TextTable table, string? title = null)
    {
        Line();
        if (title is not null)
        {
            Line(title);
        }

        SpectreTables.Write(table, terminal);
    }
}
