using Pare.Formats.Protobuf;

namespace Pare.Formats.TensorFlow.SavedModel;

/// <summary>Where a checkpoint keeps a tensor (tensor_bundle.proto, BundleEntryProto).</summary>
internal sealed record TensorBundleEntry(DataType Type, TensorShape Shape, int Shard, long Offset, long Size, uint Checksum, bool IsSliced)
{
    public static TensorBundleEntry Read(ReadOnlyMemory<byte> bytes, string name)
    {
        DataType type = DataType.Undefined;
        TensorShape shape = TensorShape.Scalar;
        int shard = 0;
        long offset = 0, size = 0;
        uint checksum = 0;
        bool sliced = false;
        WireReader r = new(bytes, TensorBundle.Label);
        while (r.Next())
        {
            switch (r.Field)
            {
                case 1:
                    type = GraphDefTypes.FromCode(r.Int32());
                    break;
                case 2:
                    shape = ReadShape(r.Message(), name);
                    break;
                case 3:
                    shard = r.Int32();
                    break;
                case 4:
                    offset = r.Int64();
                    break;
                case 5:
                    size = r.Int64();
                    break;
                case 6:
                    checksum = r.Fixed32();
                    break;
                case 7:
                    sliced = true;
                    r.Skip();
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new TensorBundleEntry(type, shape, shard, offset, size, checksum, sliced);
    }

    private static TensorShape ReadShape(WireReader r, string name)
    {
        List<long> extents = [];
        while (r.Next())
        {
            if (r.Field != 2)
            {
                r.Skip();
                continue;
            }

            long extent = 0;
            WireReader dimension = r.Message();
            while (dimension.Next())
            {
                if (dimension.Field == 1)
                {
                    extent = dimension.Int64();
                }
                else
                {
                    dimension.Skip();
                }
            }

            extents.Add(extent);
        }

        try
        {
            return extents.Count == 0 ? TensorShape.Scalar : new TensorShape([.. extents]);
        }
        catch (GraphException e)
        {
            throw new ModelFormatException(TensorBundle.Label, e.Message, node: name, innerException: e);
        }
    }
}
