using System.Globalization;

namespace Pare.Formats.FlatBuffers;

/// <summary>
/// Table types, enumerations and unions, declared as data: a table is a line <c>name:type name:type=default</c>, where a type is <c>bool byte ubyte short ushort int
/// uint long ulong float string</c>, the name of an enumeration, table or union, or one of them in brackets; <c>!</c> behind it marks a deprecated field, <c>@16</c>
/// an alignment. Field numbers follow from the order, as in a schema without explicit ids. Immutable and thread-safe.
/// </summary>
internal sealed class FlatSchema
{
    private static readonly Dictionary<string, FlatKind> s_scalars = new(StringComparer.Ordinal)
    {
        ["bool"] = FlatKind.Bool,
        ["byte"] = FlatKind.Int8,
        ["ubyte"] = FlatKind.UInt8,
        ["short"] = FlatKind.Int16,
        ["ushort"] = FlatKind.UInt16,
        ["int"] = FlatKind.Int32,
        ["uint"] = FlatKind.UInt32,
        ["long"] = FlatKind.Int64,
        ["ulong"] = FlatKind.UInt64,
        ["float"] = FlatKind.Float32,
        ["string"] = FlatKind.String,
    };

    private readonly Dictionary<string, FlatTable> _tables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FlatEnumeration> _enumerations;
    private readonly Dictionary<string, IReadOnlyList<string>> _unions;

    public FlatSchema(IEnumerable<FlatEnumeration> enumerations, IEnumerable<(string Name, IReadOnlyList<string> Members)> unions, IEnumerable<(string Name, string Fields)> tables)
    {
        _enumerations = enumerations.ToDictionary(e => e.Name, StringComparer.Ordinal);
        _unions = unions.ToDictionary(u => u.Name, u => u.Members, StringComparer.Ordinal);
        foreach ((string name, string fields) in tables)
        {
            _tables.Add(name, new FlatTable(name, Parse(fields)));
        }
    }

    /// <summary>All table types.</summary>
    public IEnumerable<FlatTable> Tables => _tables.Values;

    /// <summary>A table type.</summary>
    public FlatTable Table(string name) => _tables[name];

    /// <summary>An enumeration.</summary>
    public FlatEnumeration Enumeration(string name) => _enumerations[name];

    /// <summary>Member <paramref name="number"/> (from 1) of a union, or null.</summary>
    public FlatTable? Member(string union, int number)
    {
        IReadOnlyList<string> members = _unions[union];
        return number >= 1 && number <= members.Count ? _tables[members[number - 1]] : null;
    }

    /// <summary>Number (from 1) of a table in a union; 0 where it is no member.</summary>
    public int NumberOf(string union, FlatTable table)
    {
        IReadOnlyList<string> members = _unions[union];
        for (int i = 0; i < members.Count; i++)
        {
            if (members[i] == table.Name)
            {
                return i + 1;
            }
        }

        return 0;
    }

    private List<FlatField> Parse(string fields)
    {
        List<FlatField> result = [];
        int id = 0;
        foreach (string declaration in fields.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] sides = declaration.Split(':');
            string type = sides[1];
            bool deprecated = type.EndsWith('!');
            type = type.TrimEnd('!');
            string[] aligned = type.Split('@');
            string[] defaulted = aligned[0].Split('=');
            bool vector = defaulted[0][0] == '[';
            string element = defaulted[0].Trim('[', ']');
            FlatEnumeration? enumeration = _enumerations.GetValueOrDefault(element);
            FlatKind kind = enumeration?.Kind ?? (s_scalars.TryGetValue(element, out FlatKind scalar) ? scalar : _unions.ContainsKey(element) ? FlatKind.Union : FlatKind.Table);
            if (kind == FlatKind.Union)
            {
                id++;
            }

            result.Add(new FlatField
            {
                Id = id++,
                Name = sides[0],
                Kind = kind,
                IsVector = vector,
                Enumeration = enumeration,
                Target = kind is FlatKind.Table or FlatKind.Union ? element : null,
                Default = defaulted.Length < 2 ? 0 : enumeration?.NumberOf(defaulted[1]) ?? (defaulted[1] == "true" ? 1 : double.Parse(defaulted[1], CultureInfo.InvariantCulture)),
                Alignment = aligned.Length < 2 ? 0 : int.Parse(aligned[1], CultureInfo.InvariantCulture),
                IsDeprecated = deprecated,
            });
        }

        return result;
    }
}
