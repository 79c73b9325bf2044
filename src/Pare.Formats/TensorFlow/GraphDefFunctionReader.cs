using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow;

/// <summary>
/// Reads a library's functions (function.proto) into the model. What is not understood there (arguments that are lists) stays in the file's bytes with a
/// diagnostic: a function that nothing calls must not stop a graph from being read.
/// </summary>
internal sealed class GraphDefFunctionReader(Model model, GraphDefAttributeReader attributes, GraphDefOutputBudget budget)
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Reads a FunctionDefLibrary.</summary>
    public void ReadLibrary(ref WireReader library)
    {
        while (library.Next())
        {
            if (library.Field != 1)
            {
                library.Skip();
                continue;
            }

            WireReader function = library.Message();
            ReadFunction(function.Whole, function.Offset);
        }
    }

    private void ReadFunction(ReadOnlyMemory<byte> bytes, long offset)
    {
        GraphDefSignature signature = ReadSignature(bytes, offset);
        if (!_names.Add(signature.Name))
        {
            throw new ModelFormatException(GraphDefFormat.Label, $"two functions bear the name '{signature.Name}'; names must be unique", offset);
        }

        if (signature.Problem is { } problem)
        {
            model.Diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, $"{problem}; the function is kept as it stands and cannot be called", $"function '{signature.Name}'"));
            return;
        }

        Graph body = new(signature.Name);
        ModelFunction result = new("", signature.Name, body) { Extension = new GraphDefFunctionExtension { Raw = bytes, OutputNames = [.. signature.Outputs.Select(o => o.Name)] } };
        GraphDefNodeReader nodes = new(model, body, attributes, budget, inFunction: true);
        Dictionary<ReadOnlyMemory<byte>, Value> arguments = new(ByteStrings.Comparer);
        foreach (GraphDefArgument a in signature.Inputs)
        {
            Value argument = new(a.Name, a.Type);
            body.Inputs.Add(argument);
            if (!arguments.TryAdd(System.Text.Encoding.UTF8.GetBytes(a.Name), argument))
            {
                throw new ModelFormatException(GraphDefFormat.Label, $"two arguments of the function '{signature.Name}' bear the name '{a.Name}'", offset);
            }
        }

        List<MapEntry> returned = [], waited = [];
        WireReader r = new(bytes, GraphDefFormat.Label, offset);
        while (r.Next())
        {
            switch (r.Field)
            {
                case 3:
                    WireReader node = r.Message();
                    nodes.Read(ref node, r.FieldOffset);
                    break;
                case 4 or 6:
                    WireReader entry = r.Message();
                    (r.Field == 4 ? returned : waited).Add(MapEntry.Read(ref entry));
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        GraphDefFunctionLinker linker = new(nodes, arguments, budget, signature.Name);
        linker.LinkNodes(body);
        foreach (GraphDefArgument output in signature.Outputs)
        {
            MapEntry source = returned.FindLast(e => e.Key.Span.SequenceEqual(System.Text.Encoding.UTF8.GetBytes(output.Name)));
            Value value = linker.Resolve(source.Value, source.Value.IsEmpty ? offset : source.ValueOffset, $"the function's output '{output.Name}'");
            value.Type = value.Type == DataType.Undefined ? output.Type : value.Type;
            body.Outputs.Add(value);
        }

        foreach (MapEntry e in waited)
        {
            result.ControlOutputs.Add(linker.ResolveNode(e.Value, e.ValueOffset));
        }

        model.Functions.Add(result);
    }

    // FunctionDef.signature (1) is an OpDef: name (1), input_arg (2), output_arg (3).
    private static GraphDefSignature ReadSignature(ReadOnlyMemory<byte> bytes, long offset)
    {
        GraphDefSignature signature = new();
        WireReader r = new(bytes, GraphDefFormat.Label, offset);
        while (r.Next())
        {
            if (r.Field != 1)
            {
                r.Skip();
                continue;
            }

            WireReader definition = r.Message();
            while (definition.Next())
            {
                switch (definition.Field)
                {
                    case 1:
                        signature.Name = definition.Text();
                        break;
                    case 2 or 3:
                        WireReader argument = definition.Message();
                        (definition.Field == 2 ? signature.Inputs : signature.Outputs).Add(GraphDefArgument.Read(ref argument));
                        break;
                    default:
                        definition.Skip();
                        break;
                }
            }
        }

        if (signature.Inputs.Concat(signature.Outputs).FirstOrDefault(a => a.IsList) is { Name: not null } list)
        {
            signature.Problem = $"its argument '{list.Name}' is a list";
        }

        return signature;
    }

    private sealed class GraphDefSignature
    {
        public string Name { get; set; } = "";

        public List<GraphDefArgument> Inputs { get; } = [];

        public List<GraphDefArgument> Outputs { get; } = [];

        public string? Problem { get; set; }
    }
}
