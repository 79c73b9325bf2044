namespace Pare.Formats.TensorFlow.SavedModel;

/// <summary>
/// Makes constants of a graph's variables: the handle becomes the constant, reading it an Identity, gathering from it a Gather; where control flow takes the handle
/// into functions, those get the value instead. A variable that the outputs' part of the graph changes is left as it is.
/// </summary>
internal sealed class SavedModelFreezer(Model model, SavedModelVariables variables)
{
    private readonly SavedModelFunctionFreezer _functions = new(model);

    public void Run()
    {
        foreach (Node node in model.Graph.Nodes.ToArray())
        {
            if (node.Operator is "VariableV2" or "Variable")
            {
                FreezeReference(node);
            }
            else if (node.Operator == "VarHandleOp")
            {
                FreezeHandle(node);
            }
        }
    }

    private void FreezeReference(Node node)
    {
        if (!node.Output.Uses.Any(u => model.Vocabulary.TraitsOf(u.Node).Kind == OperatorKind.Training) && variables.Find(node) is { } content)
        {
            MakeConstant(node, content);
        }
    }

    private void FreezeHandle(Node node)
    {
        if (!_functions.CanFreeze(node.Output) || variables.Find(node) is not { } content)
        {
            return;
        }

        MakeConstant(node, content);
        _functions.Freeze(node.Output, model.Graph, content.Type, new SymbolicShape(content.Shape));
    }

    private static void MakeConstant(Node node, TensorData content)
    {
        foreach (string key in node.Attributes.Keys.ToArray())
        {
            node.Attributes.Remove(key);
        }

        node.Operator = "Const";
        node.Extension = null;
        node.Attributes["dtype"] = AttributeValue.Of(content.Type);
        node.Output.Constant = content;
        node.Output.Type = content.Type;
        node.Output.Shape = new SymbolicShape(content.Shape);
    }
}
