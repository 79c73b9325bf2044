using System.Security.Cryptography;
using System.Text;

namespace Pare.Workflows;

/// <summary>Tells models apart by what they compute: operators, edges' names and constants of the main graph.</summary>
internal static class ModelFingerprint
{
    private const int Part = 1 << 20;

    public static string Of(Model model)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] part = new byte[Part];
        foreach (Node node in model.Graph.Nodes)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{node.Operator}({string.Join(',', node.Inputs.Select(v => v?.Name))})>{string.Join(',', node.Outputs.Select(v => v.Name))}\n"));
        }

        foreach (TensorData content in model.Graph.Constants.Select(v => v.Constant!).Where(c => c.Type.BitWidth() > 0))
        {
            for (long at = 0; at < content.ByteLength; at += Part)
            {
                Span<byte> chunk = part.AsSpan(0, (int)Math.Min(Part, content.ByteLength - at));
                content.ReadBytes(at, chunk);
                hash.AppendData(chunk);
            }

            content.Unload();
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
