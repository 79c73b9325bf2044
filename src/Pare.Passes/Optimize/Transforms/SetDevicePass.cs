namespace Pare.Passes.Optimize;

/// <summary>Places all nodes on a device, or only those that have none; an empty device takes placements away.</summary>
public sealed class SetDevicePass : Pass
{
    /// <summary>Creates the pass.</summary>
    /// <param name="device">The device, such as <c>/device:CPU:0</c>; empty for none.</param>
    /// <param name="onlyWhereNone">Whether nodes that are placed already stay where they are.</param>
    public SetDevicePass(string device, bool onlyWhereNone = false)
    {
        Device = device;
        OnlyWhereNone = onlyWhereNone;
    }

    /// <inheritdoc/>
    public override string Name => "set_device";

    /// <inheritdoc/>
    public override string Summary => "place nodes on a device";

    /// <summary>The device.</summary>
    public string Device { get; }

    /// <summary>Whether nodes that are placed already stay where they are.</summary>
    public bool OnlyWhereNone { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Change> Run(Model model, PassContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(context);
        ChangeLog log = new(Name);
        foreach (Node n in model.Graph.Nodes)
        {
            if (n.Device != Device && (!OnlyWhereNone || n.Device.Length == 0))
            {
                n.Device = Device;
                log.Add(Device.Length == 0 ? "devices removed" : "devices set");
            }
        }

        return log.ToChanges();
    }
}
