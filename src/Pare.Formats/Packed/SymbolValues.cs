using System.Buffers.Binary;

namespace Pare.Formats.Packed;

/// <summary>Whole numbers of one, two or four bytes as symbols.</summary>
internal static class SymbolValues
{
    public static int[] Read(ReadOnlySpan<byte> bytes, int width, bool signed)
    {
        int[] symbols = new int[bytes.Length / width];
        for (int k = 0; k < symbols.Length; k++)
        {
            symbols[k] = width switch
            {
                1 => signed ? (sbyte)bytes[k] : bytes[k],
                2 => signed ? BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * k)..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * k)..]),
                _ => BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * k)..]),
            };
        }

        return symbols;
    }
}
