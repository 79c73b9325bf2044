namespace Pare.Cli;

/// <summary>A table before it is drawn. A column whose heading starts with <c>&gt;</c> is set flush right.</summary>
internal sealed class TextTable
{
    public TextTable(params string[] columns) => Columns = columns;

    public IReadOnlyList<string> Columns { get; }

    public List<string[]> Rows { get; } = [];

    public TextTable Add(params string[] cells)
    {
        Rows.Add(cells);
        return this;
    }
}
