using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow;

/// <summary>An argument or output of a function (op_def.proto, ArgDef).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type; undefined where an attribute of the call says it.</param>
/// <param name="IsList">Whether it stands for several values.</param>
internal readonly record struct GraphDefArgument(string Name, DataType Type, bool IsList)
{
    public static GraphDefArgument Read(ref WireReader r)
    {
        string name = "";
        DataType type = DataType.Undefined;
        bool list = false;
        while (r.Next())
        {
            switch (r.Field)
            {
                case 1:
                    name = r.Text();
                    break;
                case 3:
                    type = GraphDefTypes.FromCode(r.Int32());
                    break;
                case 5 or 6:
                    list |= r.Bytes().Length > 0;
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new GraphDefArgument(name, type, list);
    }
}
