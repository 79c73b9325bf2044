using Spectre.Console;

namespace Pare.Cli;

/// <summary>Draws tables through Spectre.Console.</summary>
internal static class SpectreTables
{
    // Wide enough that a table in a pipe never wraps.
    private const int PipeWidth = 4096;

    public static void Write(TextTable table, Terminal terminal)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.Color ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = terminal.Color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(terminal.Out),
        });
        console.Profile.Width = terminal.Width ?? PipeWidth;
        console.Profile.Capabilities.Unicode = terminal.OutIsTerminal;
        Table drawn = new() { Border = terminal.OutIsTerminal ? TableBorder.Simple : TableBorder.None };
        foreach (string column in table.Columns)
        {
            bool right = column.StartsWith('>');
            drawn.AddColumn(new TableColumn(new Text(right ? column[1..] : column)) { Alignment = right ? Justify.Right : Justify.Left, NoWrap = !terminal.OutIsTerminal });
        }

        foreach (string[] row in table.Rows)
        {
            drawn.AddRow(row.Select(c => new Text(c)));
        }

        console.Write(drawn);
    }
}
