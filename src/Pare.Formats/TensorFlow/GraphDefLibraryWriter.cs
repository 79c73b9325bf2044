using System.Text;
using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow;

/// <summary>Writes what a GraphDef holds beside its nodes: as it stood where the functions are those that were read, else with a library of the model's functions.</summary>
internal static class GraphDefLibraryWriter
{
    private const int LibraryField = 2;

    public static ReadOnlyMemory<byte> OtherFields(Model model)
    {
        GraphDefExtension? extension = model.Extension as GraphDefExtension;
        if (!model.Functions.Any(f => f.IsChanged) && model.Functions.Select(f => f.Extension).SequenceEqual(extension?.Library ?? [], ReferenceEqualityComparer.Instance))
        {
            return extension?.Fields ?? default;
        }

        WireWriter file = new(), library = new();
        HashSet<string> known = [.. extension?.Functions ?? []];
        WireReader r = new(extension?.Fields ?? default, GraphDefFormat.Label);
        while (r.Next())
        {
            if (r.Field != LibraryField)
            {
                file.Raw(r.Skip());
                continue;
            }

            WireReader old = r.Message();
            while (old.Next())
            {
                // Functions that are not in the model were not understood; gradients and the rest stay too.
                ReadOnlyMemory<byte> field = old.Skip();
                if (old.Field != 1 || !known.Contains(NameOf(field)))
                {
                    library.Raw(field);
                }
            }
        }

        foreach (ModelFunction f in model.Functions)
        {
            if (!f.IsChanged && f.Extension is GraphDefFunctionExtension { Raw.IsEmpty: false } e)
            {
                library.Bytes(1, e.Raw);
            }
            else
            {
                library.Message(1, GraphDefFunctionWriter.Write(f, model.Vocabulary));
            }
        }

        if (library.Length > 0)
        {
            file.Message(LibraryField, library);
        }

        return file.ToArray();
    }

    private static string NameOf(ReadOnlyMemory<byte> field)
    {
        WireReader r = new(field, GraphDefFormat.Label);
        r.Next();
        string name = "";
        WireReader function = r.Message();
        while (function.Next())
        {
            if (function.Field != 1)
            {
                function.Skip();
                continue;
            }

            WireReader signature = function.Message();
            while (signature.Next())
            {
                if (signature.Field == 1)
                {
                    name = Encoding.UTF8.GetString(signature.Bytes().Span);
                }
                else
                {
                    signature.Skip();
                }
            }
        }

        return name;
    }
}
