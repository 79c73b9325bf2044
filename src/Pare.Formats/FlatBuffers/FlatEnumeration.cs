using System.Globalization;

namespace Pare.Formats.FlatBuffers;

/// <summary>An enumeration of a schema: names by number.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">How it is stored.</param>
/// <param name="Names">Names, the first of number 0.</param>
internal sealed record FlatEnumeration(string Name, FlatKind Kind, IReadOnlyList<string> Names)
{
    /// <summary>The name of a number; the number itself where it has none.</summary>
    public string NameOf(long number) => number >= 0 && number < Names.Count ? Names[(int)number] : number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The number of a name, or of its digits; null where there is none.</summary>
    public long? NumberOf(string name)
    {
        for (int i = 0; i < Names.Count; i++)
        {
            if (Names[i] == name)
            {
                return i;
            }
        }

        return long.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;
    }
}
