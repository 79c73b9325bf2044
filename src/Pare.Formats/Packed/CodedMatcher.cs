using System.Runtime.InteropServices;

namespace Pare.Formats.Packed;

/// <summary>Finds a model's coded tensors in the file that was written of it: by name and type, and by their bytes, so that no other can be meant.</summary>
internal static class CodedMatcher
{
    public static List<LocatedTensor> Match(Model model, List<LocatedTensor> located, ByteSource content)
    {
        Dictionary<string, List<CodedTensor>> coded = [];
        foreach (Value value in PackedTensors.Constants(model))
        {
            if (value.Constant is CodedTensor tensor)
            {
                ref List<CodedTensor>? own = ref CollectionsMarshal.GetValueRefOrAddDefault(coded, value.Name, out _);
                (own ??= []).Add(tensor);
            }
        }

        return [.. located.Select(t => t with { Coded = coded.TryGetValue(t.Name, out List<CodedTensor>? own) ? own.Find(c => IsSame(c, t, content)) : null })];
    }

    private static bool IsSame(CodedTensor coded, LocatedTensor located, ByteSource content) =>
        coded.Type == located.Type && coded.ByteLength == located.Length && coded.GetBytes().SequenceEqual(content.Slice(located.Offset, (int)located.Length).Span);
}
