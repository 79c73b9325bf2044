using System.Globalization;

namespace Pare.Passes.Conversion;

/// <summary>Copies a part of a loop into a function whose arguments are the loop's variables and constants. Control edges are left behind.</summary>
internal sealed class LoopFunctionBuilder
{
    private readonly Graph _body;
    private readonly Dictionary<Value, Value> _values = new(ReferenceEqualityComparer.Instance);

    public LoopFunctionBuilder(Graph body, LoopFrame frame)
    {
        _body = body;
        int count = 0;
        foreach (LoopVariable v in frame.Variables)
        {
            Value argument = Argument(v.Enter.Inputs[0]!, count++);
            _values[v.Merge.Output] = argument;
            foreach (Value side in v.Switch.Outputs)
            {
                _values[side] = argument;
            }
        }

        foreach (Node enter in frame.Constants)
        {
            Value argument = Argument(enter.Inputs[0]!, count++);
            _values[enter.Output] = argument;
            Constants.Add(argument);
        }
    }

    /// <summary>The arguments that stay the same.</summary>
    public List<Value> Constants { get; } = [];

    /// <summary>The copy of a value, made with all it needs.</summary>
    public Value Copy(Value value)
    {
        Stack<(Node Node, bool Ready)> stack = new();
        Push(value);
        while (stack.TryPop(out (Node Node, bool Ready) top))
        {
            if (top.Ready)
            {
                CopyNode(top.Node);
                continue;
            }

            if (top.Node.Outputs.Count > 0 && _values.ContainsKey(top.Node.Outputs[0]))
            {
                continue;
            }

            stack.Push((top.Node, true));
            foreach (Value? v in top.Node.Inputs)
            {
                Push(v);
            }
        }

        return _values[value];

        void Push(Value? v)
        {
            if (v?.Producer is { } p && !_values.ContainsKey(v))
            {
                stack.Push((p, false));
            }
        }
    }

    private Value Argument(Value outside, int index)
    {
        Value argument = new(string.Create(CultureInfo.InvariantCulture, $"arg_{index}"), TensorFlowTypes.TypeOf(outside));
        _body.Inputs.Add(argument);
        return argument;
    }

    private void CopyNode(Node n)
    {
        if (n.Outputs.Count > 0 && _values.ContainsKey(n.Outputs[0]))
        {
            return;
        }

        Node c = _body.CreateNode(n.Name, n.Operator, n.Inputs.Select(v => v is null ? null : _values[v]), outputs: 0, n.Domain);
        c.Extension = n.Extension;
        foreach ((string key, AttributeValue a) in n.Attributes)
        {
            c.Attributes[key] = a;
        }

        foreach (Value v in n.Outputs)
        {
            Value o = c.AddOutput();
            o.Constant = v.Constant;
            o.Type = v.Type;
            o.Shape = v.Shape;
            _values[v] = o;
        }
    }
}
